#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/atomic_file.hpp"

namespace tracker::cli {

// Thrown when the reader of our output has gone (`tracker export … | head`): the command ends
// without a word.
struct OutputClosed {};

// Where a command writes its result: stdout, or a file that appears whole or not at all. Buffered.
// One thread.
class Output {
 public:
  Output() = default;  // stdout
  // Without commit() nothing is left. Throws Error.
  explicit Output(std::filesystem::path file);

  // Throw Error when the bytes cannot be written, OutputClosed when nobody reads them any more.
  void write(std::string_view text);
  void flush();
  // Everything was written. Call it once, at the end.
  void commit();

  // Where a library that wants a name of its own may write (the temporary file); nullopt for
  // stdout.
  std::optional<std::filesystem::path> path() const;

 private:
  std::optional<base::AtomicFile> file_;  // none: stdout
  std::string buffer_;
};

// Says lines on stdout as they come, and goes on in silence once nobody reads them any more: for a
// command whose work matters more than its words. One thread at a time.
class Speaker {
 public:
  void say(std::string_view line);
  void write(std::string_view text);  // as it is, without a line end

 private:
  Output out_;
  bool closed_ = false;
};

}  // namespace tracker::cli
