#pragma once

#include <string>
#include <string_view>
#include <vector>

// What was measured of each model type: the table of docs/parity.md, which is built in.
namespace trainer::cli {

struct ParityTable {
  std::vector<std::string> columns;            // "logits", "gradients", …
  std::vector<std::vector<std::string>> rows;  // the type, then a cell for each column
};

// Rows of a Markdown table, its header first; backticks are taken off. A row of another number of
// cells is left out.
ParityTable read_table(std::string_view rows);
const ParityTable& parity_table();
// The cells of a type; nullptr when it was not measured.
const std::vector<std::string>* row_of(const ParityTable& table, std::string_view type);

}  // namespace trainer::cli
