#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/tables/row_source.hpp"

namespace trainer::data {

// One pass over one file of a table: what CSV, JSON and Parquet have in common.
class TableReader {
 public:
  virtual ~TableReader() = default;
  // As RowSource::next; `file` of the rows is left alone.
  virtual bool next(std::vector<RawRow>& block) = 0;
  // What a row's `line` counts: "line", "row", "element".
  virtual std::string_view unit() const = 0;
  // "train.csv: line 3"
  std::string place(std::uint64_t line) const {
    return name_ + ": " + std::string(unit()) + " " + std::to_string(line);
  }
  // Position of the row after the last one that was read.
  std::uint64_t position() const noexcept { return position_; }

 protected:
  TableReader(std::string name, Columns columns, Reading reading, std::uint64_t first)
      : name_(std::move(name)), columns_(std::move(columns)), reading_(reading), position_(first) {}

  // Adds a row to the block when it is wanted, else nullptr; counts it either way.
  RawRow* add_row(std::vector<RawRow>& block, std::uint64_t line) {
    const std::uint64_t position = position_++;
    if (!reading_.takes(position)) return nullptr;
    RawRow& row = block.emplace_back();
    row.position = position;
    row.line = line;
    return &row;
  }

  void skip_to(std::uint64_t position) noexcept { position_ = position; }

  const std::string name_;  // of the file, for messages
  const Columns columns_;
  const Reading reading_;

 private:
  std::uint64_t position_;
};

}  // namespace trainer::data
