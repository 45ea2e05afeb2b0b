#include "data/tables/json_scanner.hpp"

#include <fmt/format.h>

#include "data/tables/row_source.hpp"

namespace trainer::data {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

}  // namespace

JsonScanner::JsonScanner(const std::filesystem::path& file) : name_(file.string()), source_(file) {
  refill();
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (window_.starts_with(kByteOrderMark)) start_ = kByteOrderMark.size();
  const std::size_t first = window_.find_first_not_of(kBlanks, start_);
  array_ = first != std::string::npos && window_[first] == '[';
  if (array_) start_ = first + 1;
}

std::string JsonScanner::place(std::uint64_t number) const {
  return fmt::format("{}: {} {}", name_, unit(), number);
}

bool JsonScanner::refill() {
  if (ended_) return false;
  window_.erase(0, start_);
  start_ = 0;
  if (window_.size() > kMaxRecordBytes) {
    throw_at(place(number_), "is longer than 64 MiB, which no text is");
  }
  const std::size_t wanted = std::min(2 * window_.size() + 1, kMaxRecordBytes + 1);
  while (window_.size() < wanted && !ended_) ended_ = !source_.append_to(window_);
  return true;
}

bool JsonScanner::next(std::string_view& object) {
  return array_ ? next_element(object) : next_line(object);
}

bool JsonScanner::next_line(std::string_view& object) {
  while (true) {
    ++number_;
    std::size_t from = start_;
    std::size_t end = window_.find('\n', from);
    while (end == std::string::npos && !ended_) {
      from = window_.size() - start_;
      refill();
      end = window_.find('\n', from);
    }
    const bool last = end == std::string::npos;
    if (last) end = window_.size();
    object = std::string_view(window_).substr(start_, end - start_);
    start_ = last ? end : end + 1;
    if (object.find_first_not_of(kBlanks) != std::string_view::npos) return true;
    if (last) return false;
  }
}

bool JsonScanner::skip_blanks() {
  while (true) {
    start_ = std::min(window_.find_first_not_of(kBlanks, start_), window_.size());
    if (start_ < window_.size()) return true;
    if (!refill()) return false;
  }
}

bool JsonScanner::next_element(std::string_view& object) {
  if (array_done_) return false;
  const auto require_more = [this] {
    if (!skip_blanks()) throw_at(place(number_), "is followed by nothing: the array does not end");
  };
  require_more();
  if (window_[start_] == ']') {
    ++start_;
    array_done_ = true;
    if (skip_blanks()) throw_at(place(number_), "is followed by something behind the array's end");
    return false;
  }
  if (number_ > 0) {
    if (window_[start_] != ',') throw_at(place(number_), "is not followed by a comma");
    ++start_;
    require_more();
  }
  ++number_;
  if (window_[start_] != '{') throw_at(place(number_), "is not a JSON object");
  const std::size_t end = end_of_object();
  object = std::string_view(window_).substr(start_, end + 1 - start_);
  start_ = end + 1;
  return true;
}

std::size_t JsonScanner::end_of_object() {
  std::size_t at = start_;
  std::size_t depth = 0;
  bool in_string = false;
  while (true) {
    for (; at < window_.size(); ++at) {
      const char c = window_[at];
      if (in_string) {
        if (c == '\\') {
          ++at;  // may step over the window's end: the next one goes on behind it
        } else if (c == '"') {
          in_string = false;
        }
      } else if (c == '"') {
        in_string = true;
      } else if (c == '{' || c == '[') {
        ++depth;
      } else if ((c == '}' || c == ']') && --depth == 0) {
        return at;
      }
    }
    at -= start_;
    if (!refill()) throw_at(place(number_), "does not end");
  }
}

}  // namespace trainer::data
