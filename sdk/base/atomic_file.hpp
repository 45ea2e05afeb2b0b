#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

#include "base/fd.hpp"

namespace tracker::base {

// A file that appears whole or not at all, power cut or not: written beside its place
// (`<file>.part-<pid>`), synced, renamed, and its folder synced. A temporary file that somebody
// left, or a link under its name, is replaced and never followed. One thread.
//
// All throw Error that names the file and what to do: kResourceExhausted when there is no room,
// kUnavailable for other failures. The file is as it was then, unless the very last step failed
// (the sync of the folder).
class AtomicFile {
 public:
  // `mode` is what open() takes: the umask is applied.
  AtomicFile(std::filesystem::path file, mode_t mode);
  ~AtomicFile();  // without commit() nothing is left, and what was there before stays
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);
  // Everything was written. Call it once, at the end.
  void commit();

  // Where the bytes go until then; a library that wants a name of its own may write there.
  const std::filesystem::path& temporary() const noexcept { return temporary_; }

 private:
  [[noreturn]] void fail(int error) const;

  std::filesystem::path file_, temporary_;
  Fd fd_;
};

void write_file_atomically(const std::filesystem::path& file, std::string_view bytes, mode_t mode);

// Makes the names in a directory durable. A failure costs no more than that.
void sync_directory(const std::filesystem::path& directory) noexcept;

}  // namespace tracker::base
