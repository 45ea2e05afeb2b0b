#include "cli/command_inputs.hpp"

#include "cli/transfer_display.hpp"
#include "data/tables/json_lines.hpp"

namespace trainer::cli {

api::ModelFiles open_model(const std::string& id_or_directory, const std::string& revision) {
  TransferDisplay display(transfer_style_of_terminal());
  api::ModelFiles files = api::open_model(id_or_directory, revision, display.progress());
  display.finish();
  return files;
}

data::Dataset read_lines(const std::string& input, Labels labels) {
  data::JsonLines lines = data::JsonLines::open(input);
  data::Dataset out;
  out.origin = lines.name();
  while (const std::optional<data::JsonRow> row = lines.next()) {
    out.rows.push_back({.text = row->text("text"),
                        .text_pair = row->optional_text("text_pair"),
                        .label = labels == Labels::kRequired ? row->integer("label") : 0});
  }
  return out;
}

}  // namespace trainer::cli
