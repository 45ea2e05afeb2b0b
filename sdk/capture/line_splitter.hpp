#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tracker::capture {

// Turns bytes of a terminal into numbered lines. `\n` and `\r\n` end a line; a lone `\r` begins it
// anew, and what is then written replaces it. Not for several threads.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // `emit(number, text)` is called for each line that has ended.
  template <class Emit>
  void add(std::string_view bytes, Emit&& emit) {
    for (const char c : bytes) {
      if (c == '\n') {
        end_line(emit);
      } else if (c == '\r') {
        returned_ = true;
      } else {
        if (returned_) {
          text_.clear();
          returned_ = false;
        }
        text_ += c;
        changed_ = true;
        if (text_.size() >= max_bytes_) end_line(emit);
      }
    }
  }

  // The line that has not ended, if it changed since it was last given out.
  template <class Emit>
  void flush(Emit&& emit) {
    if (!changed_) return;
    emit(number_, text_);
    changed_ = false;
  }

 private:
  template <class Emit>
  void end_line(Emit&& emit) {
    emit(number_++, text_);
    text_.clear();
    returned_ = changed_ = false;
  }

  std::size_t max_bytes_;
  std::uint64_t number_ = 0;
  std::string text_;
  bool returned_ = false;  // a \r came last: the next character replaces the line
  bool changed_ = false;
};

}  // namespace tracker::capture
