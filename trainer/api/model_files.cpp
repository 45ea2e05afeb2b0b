#include "api/model_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "api/artifact_model.hpp"
#include "config/error.hpp"
#include "hub/hub.hpp"
#include "models/model_types.hpp"
#include "weights/resolve_model.hpp"
#include "weights/tensor_files.hpp"

namespace trainer::api {
namespace {

namespace fs = std::filesystem;
constexpr const char* kConfigFile = "config.json";

// The directory of an adapter, with what it has of config and tokenizer; nullopt for a whole model.
std::optional<fs::path> find_adapter(const hub::Hub& hub, const std::string& id_or_directory,
                                     const std::string& revision) {
  if (fs::is_directory(id_or_directory)) {
    const fs::path directory = id_or_directory;
    if (!fs::exists(directory / models::kAdapterConfigFile)) return std::nullopt;
    return directory;
  }
  if (!hub::is_repo_id(id_or_directory)) return std::nullopt;
  const hub::Repo repo{.id = id_or_directory, .revision = revision};
  const auto fetch = [&](std::string_view name) {
    return hub.reachable() ? hub.file(repo, name) : hub.cached(repo, name);
  };
  // Asked for first: it tells whether the hub answers.
  fetch(kConfigFile);
  const std::optional<fs::path> config = fetch(models::kAdapterConfigFile);
  if (!config) return std::nullopt;
  hub.require(repo, models::kAdapterWeightsFile);
  for (const char* name : {"tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"})
    fetch(name);
  return config->parent_path();
}

// The directory that has the file: the adapter's, else the base model's.
const fs::path& holder(const fs::path& adapter, const fs::path& base, const char* file) {
  return fs::exists(adapter / file) ? adapter : base;
}

std::int64_t stored_classes(const ModelFiles& files) {
  if (files.adapter) {
    const std::int64_t own = models::stored_classes(*files.config.type, *files.adapter,
                                                    std::string(models::kAdapterPrefix));
    if (own > 0) return own;
  }
  return models::stored_classes(*files.config.type, files.tensors);
}

fs::path resolve(const hub::Hub& hub, const std::string& id_or_directory,
                 const std::string& revision) {
  return weights::resolve_model(hub, id_or_directory, revision,
                                [](const fs::path& config) { models::read_config(config); });
}

ModelFiles open_adapter(const hub::Hub& hub, const fs::path& adapter) {
  const models::LoraConfig lora = models::read_lora_config(adapter / models::kAdapterConfigFile);
  if (lora.base_model.empty()) {
    throw Error(ErrorCode::kInvalidInput,
                (adapter / models::kAdapterConfigFile).string() +
                    ": base_model_name_or_path is not there: name the model the adapter is for");
  }
  const fs::path base =
      resolve(hub, place_of(lora.base_model).place, lora.revision.empty() ? "main" : lora.revision);
  ModelFiles files{
      .directory = adapter,
      .config = models::read_config(holder(adapter, base, kConfigFile) / kConfigFile),
      .tokenizer = text::Tokenizer::load(holder(adapter, base, "tokenizer.json")),
      .tensors = weights::TensorFiles::open_model(base),
      .adapter = weights::TensorFiles::open_safetensors(adapter / models::kAdapterWeightsFile),
      .version = {}};
  files.config.lora = lora;
  return files;
}

}  // namespace

ModelFiles open_model(const std::string& model, const std::string& revision,
                      const hub::Progress& downloads) {
  if (model.empty()) throw Error(ErrorCode::kUsage, "--model is required: a hub id or a directory");
  const ModelPlace at = place_of(model);
  const hub::Hub hub(hub::HubSettings::from_environment(), downloads);
  if (const auto adapter = find_adapter(hub, at.place, revision)) {
    ModelFiles files = open_adapter(hub, *adapter);
    files.version = at.version;
    return files;
  }
  const fs::path directory = resolve(hub, at.place, revision);
  return {.directory = directory,
          .config = models::read_config(directory / kConfigFile),
          .tokenizer = text::Tokenizer::load(directory),
          .tensors = weights::TensorFiles::open_model(directory),
          .adapter = std::nullopt,
          .version = at.version};
}

models::LoadReport load_weights(models::Classifier& model, const ModelFiles& files) {
  models::LoadReport report = models::load_weights(model, files.tensors);
  if (!files.adapter) return report;
  models::load_adapter(model, *files.adapter);
  report.missing.clear();  // the adapter has them
  return report;
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
  const std::int64_t stored = stored_classes(files);
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
  const std::int64_t stored = stored_classes(files);
  if (stored == 0) {
    throw Error(ErrorCode::kInvalidInput,
                files.directory.string() +
                    " has no classification head; fine-tune it first with trainer --model");
  }
  if (static_cast<std::int64_t>(files.config.labels.size()) != stored)
    files.config.labels = models::unnamed_labels(stored);
}

models::Classifier load_classifier(ModelFiles& files, nn::Compute compute, nn::Purpose purpose) {
  require_head(files);
  models::check_fit(files.config, files.tensors, files.adapter);
  models::Classifier model(files.config, compute, purpose);
  load_weights(model, files);
  return model;
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

}  // namespace trainer::api
