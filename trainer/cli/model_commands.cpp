#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "api/artifact_model.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/parity_table.hpp"
#include "cli/transfer_display.hpp"
#include "config/error.hpp"
#include "config/printable.hpp"
#include "hub/hub.hpp"
#include "models/description.hpp"
#include "models/model_types.hpp"
#include "text/tokenizer.hpp"
#include "weights/resolve_model.hpp"
#include "weights/tensor_files.hpp"

// The commands that describe models and load none: models, inspect.
namespace trainer::cli {
namespace {

using Json = nlohmann::ordered_json;
using models::ModelDescription;

void print(const std::string& text) {
  Output output("-");
  output.write(text);
  output.commit();
}

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

// The tokenizer, or why there is none.
struct TokenizerNote {
  std::optional<text::Tokenizer> tokenizer;
  std::string missing;
};

TokenizerNote open_tokenizer(const std::filesystem::path& directory) {
  try {
    return {.tokenizer = text::Tokenizer::load(directory), .missing = {}};
  } catch (const Error& error) {
    return {.tokenizer = std::nullopt, .missing = error.what()};
  }
}

Json json_of_config(const models::ClassifierConfig& config) {
  const nn::TransformerConfig& body = config.body;
  return {{"kind", models::kind_of(config)},
          {"vocab_size", body.vocab_size},
          {"hidden_size", body.hidden},
          {"layers", body.layers},
          {"decoder_layers", config.decoder ? config.decoder->layers : 0},
          {"attention_heads", body.heads},
          {"key_value_heads", body.key_value_heads()},
          {"intermediate_size", body.feed_forward},
          {"max_tokens", config.max_tokens()}};
}

Json json_of_tokenizer(const TokenizerNote& note) {
  if (!note.tokenizer) return {{"error", note.missing}};
  Json out = {{"vocab_size", note.tokenizer->vocab_size()}};
  const auto limit = note.tokenizer->model_max_length();
  const auto pad = note.tokenizer->pad_id();
  out["model_max_length"] = limit ? Json(*limit) : Json(nullptr);
  out["pad_token_id"] = pad ? Json(*pad) : Json(nullptr);
  for (const auto& file : note.tokenizer->files()) out["files"].push_back(file.filename().string());
  return out;
}

Json json_of_report(const models::LoadReport& report) {
  Json mismatched = Json::array();
  for (const auto& each : report.mismatched) {
    mismatched.push_back({{"name", each.name}, {"found", each.found}, {"expected", each.expected}});
  }
  std::vector<std::string> missing = report.required;
  missing.insert(missing.end(), report.missing.begin(), report.missing.end());
  return {{"loads", report.required.empty() && report.mismatched.empty()},
          {"missing", std::move(missing)},
          {"unexpected", report.unexpected},
          {"mismatched", std::move(mismatched)}};
}

Json json_of(const ModelDescription& model, const TokenizerNote& tokenizer,
             const std::filesystem::path& directory) {
  return {
      {"directory", directory.string()},
      {"model_type", model.config.type->name},
      {"architecture", model.config.type->architecture},
      {"config", json_of_config(model.config)},
      {"parameters",
       {{"total", model.parameters()},
        {"body", model.body_parameters},
        {"head", model.head_parameters}}},
      {"weights", {{"tensors", model.tensors}, {"bytes", model.bytes}, {"dtypes", model.dtypes}}},
      {"head", {{"stored", model.has_head}, {"labels", model.config.labels}}},
      {"tokenizer", json_of_tokenizer(tokenizer)},
      {"training_bytes",
       {{"float32", model.training_bytes(nn::Compute::kFloat32)},
        {"bfloat16", model.training_bytes(nn::Compute::kBfloat16)}}},
      {"load_report", json_of_report(model.report)}};
}

std::string text_of_config(const models::ClassifierConfig& config) {
  const nn::TransformerConfig& body = config.body;
  std::string layers = fmt::format("{} layers", body.layers);
  if (config.decoder) layers += fmt::format(" and {}", config.decoder->layers);
  std::string heads = fmt::format("{} heads", body.heads);
  if (body.key_value_heads() != body.heads)
    heads += fmt::format(" ({} of keys and values)", body.key_value_heads());
  return fmt::format("{}, {} of {}, {}, feed-forward {}, vocabulary {}, up to {} tokens",
                     models::kind_of(config), layers, body.hidden, heads, body.feed_forward,
                     body.vocab_size, config.max_tokens());
}

std::string text_of_weights(const ModelDescription& model) {
  std::string dtypes;
  for (const auto& [dtype, count] : model.dtypes)
    dtypes += fmt::format("{}{} in {}", dtypes.empty() ? "" : ", ", count, dtype);
  return fmt::format("{} tensors ({}), {}", model.tensors, dtypes, size_text(model.bytes));
}

std::string text_of_head(const ModelDescription& model) {
  std::string labels;
  const std::vector<std::string>& names = model.config.labels;
  constexpr std::size_t kShown = 10;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
    labels += (i == 0 ? "" : ", ") + config::printable(names[i], 40);
  if (names.size() > kShown) labels += ", …";
  return model.has_head ? fmt::format("{} classes: {}", names.size(), labels)
                        : "none; a new one is made with as many classes as the data has";
}

std::string text_of_tokenizer(const TokenizerNote& note) {
  if (!note.tokenizer) return "none: " + config::printable(note.missing);
  std::string files;
  for (const auto& file : note.tokenizer->files())
    files += (files.empty() ? "" : ", ") + file.filename().string();
  return fmt::format("{} tokens, from {}", note.tokenizer->vocab_size(), files);
}

std::string text_of(const ModelDescription& model, const TokenizerNote& tokenizer,
                    const std::filesystem::path& directory) {
  const auto line = [](std::string_view name, const std::string& text) {
    return fmt::format("{:<14}{}\n", name, text);
  };
  const auto training = [&](nn::Compute compute) {
    return size_text(static_cast<std::uint64_t>(model.training_bytes(compute)));
  };
  std::string out =
      line("model", fmt::format("{} ({}), {}", model.config.type->name,
                                model.config.type->architecture, directory.string())) +
      line("config", text_of_config(model.config)) +
      line("parameters",
           fmt::format("{}, of which the head {}", model.parameters(), model.head_parameters)) +
      line("weights", text_of_weights(model)) + line("head", text_of_head(model)) +
      line("tokenizer", text_of_tokenizer(tokenizer)) +
      line("training",
           fmt::format("{} in float32, {} in bfloat16 (AdamW; activations on top)",
                       training(nn::Compute::kFloat32), training(nn::Compute::kBfloat16)));
  for (const std::string& note : models::lines_of(model.report)) out += line("loading", note);
  return out;
}

}  // namespace

int run_models(const ModelsArguments& arguments) {
  const ParityTable& table = parity_table();
  if (arguments.json) {
    Json out = Json::array();
    for (const models::ModelType* type : models::model_types())
      out.push_back(json_of_type(*type, table));
    print(dump(out));
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
  print(
      aligned(rows) +
      fmt::format("{} model types. Numbers: largest differences from transformers (docs/parity.md "
                  "says how they were measured); –: not measured.\n",
                  models::model_types().size()));
  return 0;
}

int run_inspect(const InspectArguments& arguments) {
  if (arguments.model.empty())
    throw Error(ErrorCode::kUsage, "say which model: trainer inspect ID-OR-DIRECTORY");
  TransferDisplay display(transfer_style_of_terminal());
  const hub::Hub hub(hub::HubSettings::from_environment(), display.progress());
  const std::filesystem::path directory = weights::resolve_model(
      hub, api::place_of(arguments.model).place, arguments.revision,
      [](const std::filesystem::path& config) { models::read_config(config); });
  display.finish();
  const weights::TensorFiles tensors = weights::TensorFiles::open_model(directory);
  const ModelDescription model =
      models::describe(models::read_config(directory / "config.json"), tensors);
  const TokenizerNote tokenizer = open_tokenizer(directory);
  print(arguments.json ? dump(json_of(model, tokenizer, directory))
                       : text_of(model, tokenizer, directory));
  models::check(model.report);
  return 0;
}

}  // namespace trainer::cli
