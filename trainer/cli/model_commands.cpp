#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/artifact_model.hpp"
#include "cli/commands.hpp"
#include "cli/described_model.hpp"
#include "cli/output.hpp"
#include "cli/parity_table.hpp"
#include "cli/transfer_display.hpp"
#include "config/error.hpp"
#include "hub/hub.hpp"
#include "models/model_types.hpp"
#include "weights/model_outline.hpp"
#include "weights/resolve_model.hpp"

// The commands that describe models and load none: models, inspect.
namespace trainer::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of_type(const models::ModelType& type, const ParityTable& table) {
  Json measured = nullptr;
  if (const auto* row = row_of(table, type.name)) {
    measured = Json::object();
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      measured[table.columns[i]] = (*row)[i + 1];
  }
  return {{"model_type", type.name},
          {"architecture", type.architecture},
          {"measured", std::move(measured)}};
}

// Columns as wide as their widest cell.
std::string aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  const auto characters = [](const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) >> 6U) != 2;
    }));
  };
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], characters(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths[i] + 2 - characters(row[i]), ' ');
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

}  // namespace

int run_models(const ModelsArguments& arguments) {
  const ParityTable& table = parity_table();
  if (arguments.json) {
    Json out = Json::array();
    for (const models::ModelType* type : models::model_types())
      out.push_back(json_of_type(*type, table));
    write_whole("-", dump(out));
    return 0;
  }
  std::vector<std::vector<std::string>> rows = {{"MODEL TYPE", "ARCHITECTURE"}};
  for (std::string column : table.columns) {
    std::transform(column.begin(), column.end(), column.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    rows[0].push_back(std::move(column));
  }
  for (const models::ModelType* type : models::model_types()) {
    std::vector<std::string>& row = rows.emplace_back();
    row = {std::string(type->name), std::string(type->architecture)};
    const auto* measured = row_of(table, type->name);
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      row.push_back(measured != nullptr ? (*measured)[i + 1] : "–");
  }
  write_whole(
      "-", aligned(rows) +
               fmt::format(
                   "{} model types. Numbers: largest differences from transformers (docs/parity.md "
                   "says how they were measured); –: not measured.\n",
                   models::model_types().size()));
  return 0;
}

int run_inspect(const InspectArguments& arguments) {
  if (arguments.model.empty())
    throw Error(ErrorCode::kUsage, "say which model: trainer inspect ID-OR-DIRECTORY");
  TransferDisplay display(transfer_style_of_terminal());
  const hub::Hub hub(hub::HubSettings::from_environment(), display.progress());
  const std::string place = api::place_of(arguments.model).place;
  const auto check_config = [](const std::filesystem::path& config) {
    models::read_config(config);
  };
  if (arguments.download) weights::resolve_model(hub, place, arguments.revision, check_config);
  weights::ModelOutline outline =
      weights::outline_model(hub, place, arguments.revision, check_config);
  display.finish();
  const DescribedModel model = described(std::move(outline));
  write_whole("-", arguments.json ? dump(json_of_model(model)) : text_of_model(model));
  models::check(model.description.report);
  return 0;
}

}  // namespace trainer::cli
