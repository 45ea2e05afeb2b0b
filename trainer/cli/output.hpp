#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "hub/disk.hpp"

namespace trainer::cli {

// Where a command's result goes: "-" is standard output, else a file, which appears whole when
// commit() is called or not at all. A device or pipe (/dev/null) is written as it is: a file
// renamed over it would take its place. One thread.
class Output {
 public:
  // Throws Error(kIo) when the file cannot be made.
  explicit Output(const std::string& name);

  // Errors may come later, from a further write() or from commit(). Throws Error(kIo).
  void write(std::string_view text);
  // Everything is out; a file is durable and has its name. Throws Error(kIo).
  void commit();

 private:
  void flush();

  std::string name_;
  std::string buffer_;
  std::optional<hub::AtomicFile> file_;
  hub::FileDescriptor device_;
};

// The whole of a command's result at once. Throws Error(kIo).
void write_whole(const std::string& name, std::string_view text);

}  // namespace trainer::cli
