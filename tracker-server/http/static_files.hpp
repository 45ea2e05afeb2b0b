#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

#include "http/message.hpp"

// The dashboard's files, read into memory once. A request is a look-up in the table of files that
// were there: no path from outside ever reaches the file system.
namespace tracker::http {

class StaticFiles {
 public:
  // Reads everything below `directory`: `name.gz` beside `name` is its compressed form. Links that
  // lead out of the directory, hidden files and files above 16 MB are left out. An absent directory
  // gives no files.
  explicit StaticFiles(const std::filesystem::path& directory);

  // A file; for a path whose last segment has no dot the index page, so that the dashboard's own
  // addresses can be reloaded; else 404. Files under assets/ have a hash in their name and are
  // cached for good.
  Response serve(const Request& request) const;

  std::size_t count() const noexcept { return files_.size(); }

 private:
  struct File {
    std::string content_type, bytes, gzip, tag;
    bool immutable = false;
  };
  Response answer(const Request& request, const File& file) const;

  std::map<std::string, File, std::less<>>
      files_;  // by path below the directory, with a leading slash
  std::string where_;
};

}  // namespace tracker::http
