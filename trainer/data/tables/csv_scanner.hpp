#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/archives/byte_source.hpp"

namespace trainer::data {

// Splits a CSV file into records; see open_csv for the dialect. One thread.
class CsvScanner {
 public:
  // A field as it stands in the file, without its quotes.
  struct Field {
    std::size_t begin = 0;  // in the window
    std::size_t end = 0;
    bool doubled_quotes = false;  // each two of them mean one
  };

  CsvScanner(const std::filesystem::path& file, char delimiter);

  // The next record that is not a blank line; false at the end. Throws naming the line: a quote
  // that is never closed, text behind a closing quote, a record of more than kMaxRecordBytes.
  bool next();

  std::size_t fields() const noexcept { return fields_.size(); }
  // The text of a field of the record at hand: a view that lives until next(), or a copy made in
  // `scratch`.
  std::string_view field(std::size_t index, std::string& scratch) const;
  // Line on which the record begins, from 1.
  std::uint64_t line() const noexcept { return record_line_; }

 private:
  enum class Scan { kRecord, kEnd, kMore };

  bool skip_blank_lines();
  Scan scan_record();
  Scan scan_field(std::size_t& at);
  Scan scan_quoted(std::size_t& at);
  Scan end_of_record(std::size_t& at);
  bool refill();  // to a little more than kMaxRecordBytes at most

  const std::string name_;
  const char delimiter_;
  std::array<bool, 256> ends_field_{};  // the delimiter, \n, \r
  ByteSource source_;
  bool ended_ = false;  // the window has all that is left
  std::string window_;
  std::size_t start_ = 0;  // of the next record in the window
  std::vector<Field> fields_;
  std::uint64_t line_ = 1;       // of `start_`
  std::uint64_t next_line_ = 1;  // while a record is scanned
  std::uint64_t record_line_ = 1;
};

}  // namespace trainer::data
