#include "data/tables/csv_scanner.hpp"

#include <algorithm>

#include "data/tables/row_source.hpp"

namespace trainer::data {
namespace {

std::uint64_t newlines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

CsvScanner::CsvScanner(const std::filesystem::path& file, char delimiter)
    : name_(file.string()), delimiter_(delimiter), source_(file) {
  for (const char c : {delimiter, '\n', '\r'}) ends_field_[static_cast<unsigned char>(c)] = true;
  refill();
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (window_.starts_with(kByteOrderMark)) start_ = kByteOrderMark.size();
}

// Drops what was read and doubles what is left, so that a long record is not scanned again for
// every block. False when there is nothing more.
bool CsvScanner::refill() {
  if (ended_) return false;
  window_.erase(0, start_);
  start_ = 0;
  const std::size_t wanted = std::min(2 * window_.size() + 1, kMaxRecordBytes + 1);
  while (window_.size() < wanted && !ended_) ended_ = !source_.append_to(window_);
  return true;
}

// Blank: nothing but blanks and tabs. False at the end of the file.
bool CsvScanner::skip_blank_lines() {
  std::size_t at = start_;
  while (true) {
    while (at < window_.size() && (window_[at] == ' ' || window_[at] == '\t') &&
           window_[at] != delimiter_) {
      ++at;
    }
    if (at == window_.size()) {
      if (ended_) return false;
      at -= start_;
      if (at > kMaxRecordBytes)
        throw_at_line(name_, line_, "is longer than 64 MiB, which no text is");
      refill();
    } else if (window_[at] == '\n') {
      ++line_;
      start_ = ++at;
    } else if (window_[at] == '\r') {
      start_ = ++at;
      // \r\n counts at its \n.
      if (at == window_.size()) refill(), at = start_;
      if (at < window_.size() && window_[at] != '\n') ++line_;
    } else {
      return true;
    }
  }
}

bool CsvScanner::next() {
  if (!skip_blank_lines()) return false;
  record_line_ = line_;
  while (scan_record() == Scan::kMore) {
    if (window_.size() - start_ > kMaxRecordBytes) {
      throw_at_line(
          name_, record_line_,
          "begins a record of more than 64 MiB, which no text is: is a quote not closed?");
    }
    refill();
  }
  return true;
}

CsvScanner::Scan CsvScanner::scan_record() {
  fields_.clear();
  next_line_ = line_;
  std::size_t at = start_;
  while (true) {
    if (scan_field(at) == Scan::kMore) return Scan::kMore;
    if (at < window_.size() && window_[at] == delimiter_) {
      ++at;
      continue;
    }
    return end_of_record(at);
  }
}

// Leaves `at` on the delimiter or line end behind the field, or at the file's end.
CsvScanner::Scan CsvScanner::scan_field(std::size_t& at) {
  if (at < window_.size() && window_[at] == '"') return scan_quoted(at);
  Field field{.begin = at, .end = at};
  const char* const data = window_.data();
  std::size_t end = at;
  const std::size_t size = window_.size();
  while (end < size && !ends_field_[static_cast<unsigned char>(data[end])]) ++end;
  if (end == size && !ended_) return Scan::kMore;
  field.end = at = end;
  fields_.push_back(field);
  return Scan::kRecord;
}

CsvScanner::Scan CsvScanner::scan_quoted(std::size_t& at) {
  Field field{.begin = at + 1, .end = at + 1};
  std::size_t from = field.begin;
  while (true) {
    const std::size_t quote = window_.find('"', from);
    if (quote == std::string::npos) {
      if (!ended_) return Scan::kMore;
      throw_at_line(name_, record_line_, "opens a quote that is never closed");
    }
    if (quote + 1 == window_.size() && !ended_) return Scan::kMore;
    if (quote + 1 < window_.size() && window_[quote + 1] == '"') {
      field.doubled_quotes = true;
      from = quote + 2;
      continue;
    }
    field.end = quote;
    at = quote + 1;
    break;
  }
  next_line_ += newlines(std::string_view(window_).substr(field.begin, field.end - field.begin));
  if (at < window_.size() && !ends_field_[static_cast<unsigned char>(window_[at])]) {
    throw_at_line(name_, next_line_,
                  "has text behind a closing quote: double the quotes inside a field");
  }
  fields_.push_back(field);
  return Scan::kRecord;
}

CsvScanner::Scan CsvScanner::end_of_record(std::size_t& at) {
  if (at == window_.size()) {  // of the file, for a field ends nowhere else
    start_ = at;
    return Scan::kRecord;
  }
  if (window_[at] == '\r') {
    if (at + 1 == window_.size() && !ended_) return Scan::kMore;
    if (at + 1 < window_.size() && window_[at + 1] == '\n') ++at;
  }
  start_ = at + 1;
  line_ = next_line_ + 1;
  return Scan::kRecord;
}

std::string_view CsvScanner::field(std::size_t index, std::string& scratch) const {
  const Field& field = fields_[index];
  const std::string_view text =
      std::string_view(window_).substr(field.begin, field.end - field.begin);
  if (!field.doubled_quotes) return text;
  scratch.clear();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t quote = std::min(text.find('"', at), text.size() - 1);
    scratch.append(text.substr(at, quote + 1 - at));
    at = quote + (text[quote] == '"' ? 2 : 1);
  }
  return scratch;
}

}  // namespace trainer::data
