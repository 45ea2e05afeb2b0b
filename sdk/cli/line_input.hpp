#pragma once

#include <optional>
#include <string>

namespace tracker::cli {

// Lines of standard input, until its end or until the user ends the program (Ctrl-C, SIGTERM). One
// object at a time.
class LineInput {
 public:
  static constexpr std::size_t kMaxLineBytes = 16u << 20;

  LineInput();   // takes over SIGINT and SIGTERM
  ~LineInput();  // gives them back
  LineInput(const LineInput&) = delete;
  LineInput& operator=(const LineInput&) = delete;

  // Without its line end; a last line without one counts. Waits. Throws Error for a line beyond the
  // limit, or when stdin cannot be read.
  std::optional<std::string> next();
  // Did a signal end the input?
  bool interrupted() const noexcept;

 private:
  bool fill();

  std::string buffer_;
  std::size_t begin_ = 0;
  bool at_end_ = false;
};

}  // namespace tracker::cli
