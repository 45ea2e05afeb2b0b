#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "artifact/sha256.hpp"
#include "base/fd.hpp"

// Writing an artifact's files into a folder: each appears whole, under its own name, or not at all,
// and none outside of the folder, whatever the manifest says and whatever links lie in the folder.
namespace tracker::artifact {

// A folder that one version is being written to. What is not complete lies in a folder
// `.tracker-get-DIGEST` inside, so that whoever was interrupted goes on there. Any thread, each
// file by one at a time. All throw Error that names the place: kResourceExhausted without room,
// kFailedPrecondition for what is in the way, kUnavailable for other failures.
class Destination {
 public:
  // Makes the folder, with those above. `version` is the manifest's digest. Throws
  // Error(kFailedPrecondition) while another process writes the same version here.
  Destination(std::filesystem::path folder, const Sha256& version);

  // A file's unfinished part, opened to read and write; `number` tells the version's files apart. A
  // new one is `size` bytes of zeros that take no room.
  struct Part {
    base::Fd fd;
    bool resumed = false;  // it was there: some of it may be right
  };
  Part part(std::size_t number, std::uint64_t size) const;
  bool has_part(std::size_t number) const;

  // The file as it is, to read; without a descriptor when there is none, or no regular one.
  // `path` keeps the rules of paths.hpp, here and below.
  base::Fd existing(std::string_view path) const;

  // Gives a complete part its name, with the folders above it; replaces a file that was there. It
  // is on the disk then.
  void publish(std::size_t number, std::string_view path);

  // Throws the Error for what could not be written, an errno.
  [[noreturn]] void fail(std::string_view place, int error) const;

  // All files were published: makes their names durable and removes the folder of parts.
  void finish();

 private:
  // Of the folder that `path`'s file lies in. Nothing when it is not there and is not to be made.
  enum class Missing { kLeave, kMake };
  base::Fd folder_of(std::string_view path, Missing missing) const;

  const std::filesystem::path folder_;
  const std::string parts_name_;
  base::Fd root_, parts_, lock_;
  std::mutex mutex_;
  std::set<std::string> touched_;  // folders that names were added to, relative to the root
};

}  // namespace tracker::artifact
