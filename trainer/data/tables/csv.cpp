#include "data/tables/csv.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "data/tables/csv_scanner.hpp"

namespace trainer::data {
namespace {

class CsvReader : public TableReader {
 public:
  CsvReader(const std::filesystem::path& file, char delimiter, const Columns& columns,
            const Reading& reading, std::uint64_t first_position)
      : TableReader(file.string(), columns, reading, first_position), scanner_(file, delimiter) {
    if (!scanner_.next()) {
      throw Error(ErrorCode::kInvalidInput, name_ + ": is empty: a header line is needed");
    }
    for (std::size_t i = 0; i < scanner_.fields(); ++i) {
      header_.emplace_back(scanner_.field(i, scratch_));
    }
    text_ = index_of(columns_.text);
    if (!columns_.text_pair.empty()) pair_ = index_of(columns_.text_pair);
    for (const std::string& label : columns_.labels) labels_.push_back(index_of(label));
  }

  bool next(std::vector<RawRow>& block) override {
    block.clear();
    std::size_t bytes = 0;
    while (block.size() < kBlockRows && bytes < kBlockBytes) {
      if (!scanner_.next()) return !block.empty();
      if (scanner_.fields() != header_.size()) {
        throw_at_line(
            name_, scanner_.line(),
            fmt::format("has {} fields, the header {}", scanner_.fields(), header_.size()));
      }
      RawRow* row = add_row(block, scanner_.line());
      if (row != nullptr) bytes += fill(*row);
    }
    return true;
  }

  std::string_view unit() const override { return "line"; }

 private:
  std::size_t index_of(const std::string& name) const {
    const auto at = std::ranges::find(header_, name);
    if (at == header_.end()) throw_no_column(name_, name, header_);
    return static_cast<std::size_t>(at - header_.begin());
  }

  std::string checked_text(std::size_t column, std::uint64_t line) {
    const std::string_view text = scanner_.field(column, scratch_);
    if (!is_utf8(text)) throw_not_utf8(place(line));
    return std::string(text);
  }

  std::size_t fill(RawRow& row) {
    if (labels_.size() == 1) {
      fill_label(row.label, labels_[0], row.line);
    } else {
      row.label.kind = CellKind::kList;
      row.label.items.resize(labels_.size());
      for (std::size_t i = 0; i < labels_.size(); ++i) {
        fill_label(row.label.items[i], labels_[i], row.line);
      }
    }
    if (reading_.pass == Pass::kLabels) return 0;
    row.text = checked_text(text_, row.line);
    if (pair_) row.text_pair = checked_text(*pair_, row.line);
    return row.text.size() + (row.text_pair ? row.text_pair->size() : 0);
  }

  void fill_label(Cell& cell, std::size_t column, std::uint64_t line) {
    const std::string_view field = scanner_.field(column, scratch_);
    if (!is_utf8(field)) throw_not_utf8(place(line));
    assign_field(cell, field);
  }

  CsvScanner scanner_;
  std::string scratch_;
  std::vector<std::string> header_;
  std::size_t text_ = 0;
  std::optional<std::size_t> pair_;
  std::vector<std::size_t> labels_;
};

}  // namespace

std::unique_ptr<TableReader> open_csv(const std::filesystem::path& file, char delimiter,
                                      const Columns& columns, const Reading& reading,
                                      std::uint64_t first_position) {
  return std::make_unique<CsvReader>(file, delimiter, columns, reading, first_position);
}

}  // namespace trainer::data
