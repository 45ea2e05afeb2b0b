#include "cli/model_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

#include "config/error.hpp"
#include "hub/hub.hpp"
#include "models/model_types.hpp"

namespace trainer::cli {
namespace {

// What the user sees of a long download: a line per file.
hub::Progress download_lines() {
  return [last = std::string()](std::string_view file, std::uint64_t done,
                                std::uint64_t total) mutable {
    if (done != total || last == file) return;
    last = file;
    fmt::print(stderr, "fetched {} ({:.1f} MB)\n", file, static_cast<double>(total) / 1e6);
  };
}

bool generic_names(const std::vector<std::string>& labels) {
  return std::all_of(labels.begin(), labels.end(),
                     [](const std::string& l) { return l.starts_with("LABEL_"); });
}

std::vector<std::string> numbered(std::int64_t count) {
  std::vector<std::string> labels;
  for (std::int64_t i = 0; i < count; ++i) labels.push_back(fmt::format("LABEL_{}", i));
  return labels;
}

std::string required_text(const nlohmann::json& line, const char* key, const std::string& place) {
  const auto found = line.find(key);
  if (found == line.end() || !found->is_string()) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{}: \"{}\" is missing or not a string", place, key));
  }
  return found->get<std::string>();
}

data::Example example_of(const std::string& text, const std::string& place, Labels labels) {
  const auto line = nlohmann::json::parse(text, nullptr, false);
  if (!line.is_object()) {
    throw Error(ErrorCode::kInvalidInput,
                place + ": not a JSON object; each line must be like {\"text\": \"…\"}");
  }
  data::Example example;
  example.text = required_text(line, "text", place);
  if (line.contains("text_pair") && !line["text_pair"].is_null()) {
    example.text_pair = required_text(line, "text_pair", place);
  }
  if (labels == Labels::kRequired) {
    const auto found = line.find("label");
    if (found == line.end() || !found->is_number_integer()) {
      throw Error(ErrorCode::kInvalidInput, place + ": \"label\" is missing or not an integer");
    }
    example.label = found->get<std::int64_t>();
  }
  return example;
}

}  // namespace

ModelFiles open_model(const std::string& id_or_directory, const std::string& revision) {
  if (id_or_directory.empty())
    throw Error(ErrorCode::kUsage, "--model is required: a hub id or a directory");
  const hub::Hub hub(hub::HubSettings::from_environment(), download_lines());
  const std::filesystem::path directory =
      hub::resolve_model(hub, id_or_directory, revision,
                         [](const std::filesystem::path& config) { models::read_config(config); });
  return {.directory = directory,
          .config = models::read_config(directory / "config.json"),
          .tokenizer = text::Tokenizer::load(directory),
          .tensors = hub::Safetensors::open_model(directory)};
}

void settle_labels(ModelFiles& files, const data::Dataset& dataset) {
  std::vector<std::string>& labels = files.config.labels;
  const auto named = static_cast<std::int64_t>(dataset.label_names.size());
  const std::int64_t stored = models::stored_classes(*files.config.type, files.tensors);
  if (stored > 0) {
    if (static_cast<std::int64_t>(labels.size()) != stored) labels = numbered(stored);
    if (named == stored && generic_names(labels)) labels = dataset.label_names;
    return;
  }
  std::int64_t needed = std::max<std::int64_t>(2, named);
  for (const data::Example& row : dataset.rows) needed = std::max(needed, row.label + 1);
  if (needed > 100'000) {
    throw Error(ErrorCode::kInvalidInput, fmt::format("{}: a label of {} means too many classes",
                                                      dataset.origin, needed - 1));
  }
  if (named == needed) {
    labels = dataset.label_names;
  } else if (static_cast<std::int64_t>(labels.size()) < needed) {
    labels = numbered(needed);
  }
}

void require_head(ModelFiles& files) {
  const std::int64_t stored = models::stored_classes(*files.config.type, files.tensors);
  if (stored == 0) {
    throw Error(ErrorCode::kInvalidInput,
                files.directory.string() +
                    " has no classification head; fine-tune it first with trainer --model");
  }
  if (static_cast<std::int64_t>(files.config.labels.size()) != stored)
    files.config.labels = numbered(stored);
}

std::size_t text_limit(const ModelFiles& files, std::optional<std::size_t> wanted,
                       std::size_t fallback) {
  const auto model = static_cast<std::size_t>(files.config.encoder.max_tokens());
  if (wanted && *wanted > model) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--max-length {} is more than the model's {}", *wanted, model));
  }
  if (wanted) return *wanted;
  const std::size_t tokenizer = files.tokenizer.model_max_length().value_or(model);
  return std::min({model, tokenizer, fallback});
}

data::TokenArena tokenize_rows(const data::Dataset& dataset, const ModelFiles& files,
                               std::size_t max_length) {
  return data::tokenize(dataset, files.tokenizer, max_length,
                        std::max(1U, std::thread::hardware_concurrency()));
}

data::Dataset read_lines(const std::string& input, Labels labels) {
  std::ifstream file;
  if (input != "-") {
    file.open(input, std::ios::binary);
    if (!file) throw Error(ErrorCode::kNotFound, input + ": cannot be opened");
  }
  std::istream& in = input == "-" ? std::cin : file;
  const std::string name = input == "-" ? "standard input" : input;
  data::Dataset out;
  out.origin = name;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    out.rows.push_back(example_of(line, fmt::format("{}: line {}", name, number), labels));
  }
  if (in.bad()) throw Error(ErrorCode::kIo, name + ": cannot be read to its end");
  return out;
}

}  // namespace trainer::cli
