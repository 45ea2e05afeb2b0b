#include "cli/model_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "cli/transfer_display.hpp"
#include "config/error.hpp"
#include "data/tables/json_lines.hpp"
#include "hub/hub.hpp"
#include "models/model_types.hpp"
#include "weights/resolve_model.hpp"
#include "weights/tensor_files.hpp"

namespace trainer::cli {

ModelFiles open_model(const std::string& id_or_directory, const std::string& revision) {
  if (id_or_directory.empty())
    throw Error(ErrorCode::kUsage, "--model is required: a hub id or a directory");
  TransferDisplay display(transfer_style_of_terminal());
  const hub::Hub hub(hub::HubSettings::from_environment(), display.progress());
  const std::filesystem::path directory = weights::resolve_model(
      hub, id_or_directory, revision,
      [](const std::filesystem::path& config) { models::read_config(config); });
  display.finish();
  return {.directory = directory,
          .config = models::read_config(directory / "config.json"),
          .tokenizer = text::Tokenizer::load(directory),
          .tensors = weights::TensorFiles::open_model(directory)};
}

void expect_labels(const ModelFiles& files, data::DatasetOptions& options) {
  const models::ClassifierConfig& config = files.config;
  if (options.problem_type) return;
  options.problem_type = config.problem_type;
  if (!config.problem_type && config.labels.size() == 1)
    options.problem_type = data::ProblemType::kRegression;
}

void settle_labels(ModelFiles& files, const data::Dataset& dataset) {
  std::vector<std::string>& labels = files.config.labels;
  files.config.problem_type = dataset.problem_type;
  const auto named = static_cast<std::int64_t>(dataset.label_names.size());
  const std::int64_t stored = models::stored_classes(*files.config.type, files.tensors);
  if (stored > 0) {
    if (static_cast<std::int64_t>(labels.size()) != stored) labels = models::unnamed_labels(stored);
    if (named == stored && models::are_unnamed(labels)) labels = dataset.label_names;
    return;
  }
  if (dataset.problem_type != data::ProblemType::kSingleLabel) {
    const auto outputs = static_cast<std::int64_t>(dataset.targets);
    const bool as_many = static_cast<std::int64_t>(labels.size()) == outputs;
    if (named == outputs) {
      labels = dataset.label_names;
    } else if (!as_many) {
      labels = models::unnamed_labels(outputs);
    }
    return;
  }
  std::int64_t needed = std::max<std::int64_t>(2, named);
  for (const data::Example& row : dataset.rows) needed = std::max(needed, row.label + 1);
  if (needed > models::kMostClasses) {
    throw Error(ErrorCode::kInvalidInput, fmt::format("{}: a label of {} means too many classes",
                                                      dataset.origin, needed - 1));
  }
  if (named == needed) {
    labels = dataset.label_names;
  } else if (static_cast<std::int64_t>(labels.size()) < needed) {
    labels = models::unnamed_labels(needed);
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
    files.config.labels = models::unnamed_labels(stored);
}

std::size_t text_limit(const ModelFiles& files, std::optional<std::size_t> wanted,
                       std::size_t fallback) {
  const auto model = static_cast<std::size_t>(files.config.max_tokens());
  if (wanted && *wanted > model) {
    throw Error(ErrorCode::kUsage,
                fmt::format("--max-length {} is more than the model's {}", *wanted, model));
  }
  if (wanted) return *wanted;
  const std::size_t tokenizer = files.tokenizer.model_max_length().value_or(model);
  return std::min({model, tokenizer, fallback});
}

data::TokenArena tokenize_rows(const data::Dataset& dataset, const ModelFiles& files,
                               std::size_t max_length, const data::TokenCacheSettings& cache) {
  const unsigned threads = std::max(1U, std::thread::hardware_concurrency());
  return data::tokenize(dataset, files.tokenizer, {.max_length = max_length, .threads = threads},
                        cache);
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
