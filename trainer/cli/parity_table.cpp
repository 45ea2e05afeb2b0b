#include "cli/parity_table.hpp"

#include <algorithm>
#include <utility>

#include "cli/parity_page.hpp"

namespace trainer::cli {
namespace {

std::string trimmed(std::string_view cell) {
  const std::size_t begin = cell.find_first_not_of(" `");
  if (begin == std::string_view::npos) return {};
  return std::string(cell.substr(begin, cell.find_last_not_of(" `") - begin + 1));
}

// "| a | b |"
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  for (std::size_t begin = line.find('|'); begin != std::string_view::npos;) {
    const std::size_t end = line.find('|', begin + 1);
    if (end == std::string_view::npos) break;
    cells.push_back(trimmed(line.substr(begin + 1, end - begin - 1)));
    begin = end;
  }
  return cells;
}

}  // namespace

ParityTable read_table(std::string_view rows) {
  ParityTable table;
  for (std::size_t begin = 0; begin < rows.size();) {
    const std::size_t end = std::min(rows.find('\n', begin), rows.size());
    std::vector<std::string> cells = cells_of(rows.substr(begin, end - begin));
    begin = end + 1;
    if (cells.empty() || cells[0].starts_with("---")) continue;
    if (table.columns.empty()) {
      table.columns.assign(cells.begin() + 1, cells.end());
    } else if (cells.size() == table.columns.size() + 1) {
      table.rows.push_back(std::move(cells));
    }
  }
  return table;
}

const ParityTable& parity_table() {
  static const ParityTable table = read_table(kParityRows);
  return table;
}

const std::vector<std::string>* row_of(const ParityTable& table, std::string_view type) {
  const auto found = std::find_if(table.rows.begin(), table.rows.end(),
                                  [&](const auto& row) { return row.front() == type; });
  return found == table.rows.end() ? nullptr : &*found;
}

}  // namespace trainer::cli
