#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/error.hpp"
#include "data/dataset.hpp"

// What every reader gives: texts, and labels as they are written in the source.
namespace trainer::data {

struct RawRow {
  std::string text;
  std::optional<std::string> text_pair;
  std::string label;       // an integer or a class name
  std::uint32_t file = 0;  // index in RawTable::files
  std::size_t line = 0;    // from 1; the first of the row where a row has several
};

struct RawTable {
  std::vector<std::string> files;
  std::vector<RawRow> rows;
  std::vector<std::string> label_names;  // when the source names its classes in order; else empty
};

struct Columns {
  std::string text;
  std::string text_pair;  // empty: none
  std::string label;
};

// "FILE: line N MESSAGE"
[[noreturn]] void throw_at_line(std::string_view file, std::size_t line, std::string_view message);
// "FILE: has no column 'x' (its columns: a, b): name it with --text-column …"
[[noreturn]] void throw_no_column(std::string_view file, std::string_view column,
                                  const std::vector<std::string>& there);

// Checks a text that came from outside: throws when it is not UTF-8.
void require_utf8(std::string_view text, std::string_view file, std::size_t line);

// The distinct labels in order of their bytes; empty when all are integers.
std::vector<std::string> class_names_of(const RawTable& table);

// Labels to class indices; see DatasetOptions. Throws naming the line.
Dataset make_dataset(RawTable table, const DatasetOptions& options);

}  // namespace trainer::data
