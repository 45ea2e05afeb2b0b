#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/error.hpp"

// What every reader gives: blocks of rows whose labels are as the source wrote them. A source is
// read from its beginning to its end in memory that does not grow with it; whoever needs a second
// pass opens it again.
namespace trainer::data {

enum class CellKind : std::uint8_t {
  kNull,
  kInteger,  // `integer`; also booleans (0, 1) and CSV fields that are decimal integers
  kReal,     // `real`; also CSV fields that are decimal numbers with a point or an exponent
  kText,     // `text`
  kList,     // `items`: a list column, or one item for each of several label columns
};

// One value. A CSV field that is a number keeps its `text` too, for a column may turn out to hold
// names of which some look like numbers.
struct Cell {
  CellKind kind = CellKind::kNull;
  std::int64_t integer = 0;
  double real = 0;
  std::string text;
  std::vector<Cell> items;
};

// As the source wrote it: `text` where it has one, else the number in decimal.
std::string text_of(const Cell& cell);
// A field of a format without types.
void assign_field(Cell& cell, std::string_view field);

struct RawRow {
  std::string text;
  std::optional<std::string> text_pair;
  Cell label;
  std::uint64_t position = 0;  // of the row in its split, from 0
  std::uint64_t line = 0;      // where it stands in its file: see RowSource::place
  std::uint32_t file = 0;      // which of the source's files
};

// Columns to read. More than one label column: the labels come as one list, in this order.
struct Columns {
  std::string text = "text";
  std::string text_pair;  // empty: none
  std::vector<std::string> labels = {"label"};
};

enum class Pass {
  kLabels,  // texts are left empty
  kAll,
};

struct Reading {
  Pass pass = Pass::kAll;
  // Only the rows whose position is set; null: all. Outlives the source.
  const std::vector<bool>* wanted = nullptr;

  bool takes(std::uint64_t position) const {
    return wanted == nullptr || (position < wanted->size() && (*wanted)[position]);
  }
};

// One pass over the rows. One thread. Errors name file and line (row, element, member).
class RowSource {
 public:
  virtual ~RowSource() = default;
  // Replaces `block` by the next rows, some thousand or a few megabytes of text; a block may be
  // empty. False: there are no more. Positions ascend in tables; texts of class folders come as
  // they lie in the archive.
  virtual bool next(std::vector<RawRow>& block) = 0;
  // "train.csv: line 3", for messages about a row of this source.
  virtual std::string place(const RawRow& row) const = 0;
};

// The rows of one split, to be read as often as needed.
class RowTable {
 public:
  virtual ~RowTable() = default;
  virtual std::unique_ptr<RowSource> open(const Reading& reading) const = 0;
  // Names of the classes when the source has them, the place being the index; else empty.
  virtual const std::vector<std::string>& label_names() const = 0;
  // The files that are read, in order.
  virtual std::vector<std::filesystem::path> files() const = 0;
};

// A block ends when it holds as many rows or about as many bytes of text.
inline constexpr std::size_t kBlockRows = 1024;
inline constexpr std::size_t kBlockBytes = 4U << 20U;
// No text is longer than that: guards against a quote that is never closed, a line that never ends.
inline constexpr std::size_t kMaxRecordBytes = 64U << 20U;

// "PLACE MESSAGE", PLACE being "FILE: line N".
[[noreturn]] void throw_at(std::string_view place, std::string_view message);
[[noreturn]] void throw_at_line(std::string_view file, std::uint64_t line,
                                std::string_view message);
// "FILE: has no column 'x' (its columns: a, b): name the right one with --text-column …"
[[noreturn]] void throw_no_column(std::string_view file, std::string_view column,
                                  const std::vector<std::string>& there);
// Every text that comes from outside is checked.
bool is_utf8(std::string_view text);
[[noreturn]] void throw_not_utf8(std::string_view place);

}  // namespace trainer::data
