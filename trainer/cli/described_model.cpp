#include "cli/described_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/transfer_display.hpp"
#include "config/error.hpp"
#include "config/printable.hpp"
#include "models/model_types.hpp"

namespace trainer::cli {
namespace {

using Json = nlohmann::ordered_json;
using models::ModelDescription;

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

// What only the weights tell is null where they are not known.
Json json_of_weights(const DescribedModel& described) {
  const weights::ModelOutline& outline = described.outline;
  const ModelDescription& model = described.description;
  const bool known = outline.tensors.has_value();
  Json out = {{"downloaded", outline.here},
              {"tensors", known ? Json(model.tensors) : Json(nullptr)},
              {"bytes", known           ? Json(model.bytes)
                        : outline.bytes ? Json(*outline.bytes)
                                        : Json(nullptr)},
              {"dtypes", known ? Json(model.dtypes) : Json(nullptr)}};
  if (!outline.here) out["files"] = outline.files;
  return out;
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

std::string text_of_weights(const DescribedModel& described) {
  const weights::ModelOutline& outline = described.outline;
  const ModelDescription& model = described.description;
  if (!outline.tensors) {
    const std::size_t files = outline.files.size();
    return fmt::format("{}{}{}, not downloaded: its tensors are known when it is (--download)",
                       config::printable(outline.files.front(), 100),
                       files > 1 ? fmt::format(" and {} more", files - 1) : "",
                       outline.bytes ? fmt::format(", {}", size_text(*outline.bytes)) : "");
  }
  std::string dtypes;
  for (const auto& [dtype, count] : model.dtypes)
    dtypes += fmt::format("{}{} in {}", dtypes.empty() ? "" : ", ", count, dtype);
  return fmt::format("{} tensors ({}), {}{}", model.tensors, dtypes, size_text(model.bytes),
                     outline.here ? "" : ", not downloaded");
}

std::string text_of_head(const DescribedModel& described) {
  const ModelDescription& model = described.description;
  if (!described.outline.tensors) return "not known before the weights are downloaded";
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

}  // namespace

DescribedModel described(weights::ModelOutline outline) {
  models::ClassifierConfig config = models::read_config(outline.directory / "config.json");
  ModelDescription description = outline.tensors
                                     ? models::describe(std::move(config), *outline.tensors)
                                     : models::describe(std::move(config));
  TokenizerNote tokenizer = open_tokenizer(outline.directory);
  return {.outline = std::move(outline),
          .description = std::move(description),
          .tokenizer = std::move(tokenizer)};
}

Json json_of_model(const DescribedModel& described) {
  const ModelDescription& model = described.description;
  const bool known = described.outline.tensors.has_value();
  return {
      {"directory", described.outline.directory.string()},
      {"model_type", model.config.type->name},
      {"architecture", model.config.type->architecture},
      {"config", json_of_config(model.config)},
      {"parameters",
       {{"total", model.parameters()},
        {"body", model.body_parameters},
        {"head", model.head_parameters}}},
      {"weights", json_of_weights(described)},
      {"head",
       {{"stored", known ? Json(model.has_head) : Json(nullptr)}, {"labels", model.config.labels}}},
      {"tokenizer", json_of_tokenizer(described.tokenizer)},
      {"training_bytes",
       {{"float32", model.training_bytes(nn::Compute::kFloat32)},
        {"bfloat16", model.training_bytes(nn::Compute::kBfloat16)}}},
      {"load_report", known ? json_of_report(model.report) : Json(nullptr)}};
}

std::string text_of_model(const DescribedModel& described) {
  const ModelDescription& model = described.description;
  const auto line = [](std::string_view name, const std::string& text) {
    return fmt::format("{:<14}{}\n", name, text);
  };
  const auto training = [&](nn::Compute compute) {
    return size_text(static_cast<std::uint64_t>(model.training_bytes(compute)));
  };
  std::string out =
      line("model",
           fmt::format("{} ({}), {}", model.config.type->name, model.config.type->architecture,
                       described.outline.directory.string())) +
      line("config", text_of_config(model.config)) +
      line("parameters",
           fmt::format("{}, of which the head {}", model.parameters(), model.head_parameters)) +
      line("weights", text_of_weights(described)) + line("head", text_of_head(described)) +
      line("tokenizer", text_of_tokenizer(described.tokenizer)) +
      line("training",
           fmt::format("{} in float32, {} in bfloat16 (AdamW; activations on top)",
                       training(nn::Compute::kFloat32), training(nn::Compute::kBfloat16)));
  for (const std::string& note : models::lines_of(model.report)) out += line("loading", note);
  return out;
}

}  // namespace trainer::cli
