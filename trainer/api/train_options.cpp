#include "api/train_options.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include <tracker/json.hpp>

#include "api/adapter.hpp"
#include "api/artifact_model.hpp"
#include "api/dataset_artifact.hpp"
#include "config/dump.hpp"
#include "config/error.hpp"
#include "models/export.hpp"
#include "nn/runtime.hpp"

namespace trainer::api {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// The last part of a path, hub id or artifact without its version:
// "google-bert/bert-base-uncased" -> "bert-base-uncased".
std::string short_name(const std::string& source) {
  fs::path path(names_artifact(source) ? source.substr(0, source.rfind(':')) : source);
  if (!path.has_filename()) path = path.parent_path();
  const std::string name = path.filename().string();
  return name.empty() || name == "." || name == ".." ? "model" : name;
}

// config.json as it is, without id2label and label2id of models with very many classes.
Json model_config(const models::Classifier& model) {
  const models::ClassifierConfig& config = model.config();
  if (config.labels.size() > 100) return models::config_without_labels(config.json);
  Json json = Json::parse(config.json, nullptr, false);
  return json.is_object() ? json : Json::object();
}

// "," ";" "\\t"; nullopt for nothing.
std::optional<char> delimiter_from(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "\\t") return '\t';
  if (text.size() == 1 && text != "\"" && text != "\n" && text != "\r") return text[0];
  throw Error(ErrorCode::kUsage, "--csv-delimiter '" + text + "' is not one byte (or \\t)");
}

void check_model_log(const FineTuneOptions& a) {
  if (a.log_model != "false" && a.log_model != "end" && a.log_model != "checkpoint") {
    throw Error(ErrorCode::kUsage,
                "--log-model '" + a.log_model + "' is not known: use false, end or checkpoint");
  }
  if (a.log_model != "false" && a.report_to != "tracker") {
    throw Error(ErrorCode::kUsage, "--log-model " + a.log_model +
                                       " hands models to the tracker: leave out --report-to " +
                                       a.report_to);
  }
  if (a.model_name.empty()) return;
  if (a.log_model == "false")
    throw Error(ErrorCode::kUsage, "--model-name goes with --log-model end or checkpoint");
  if (artifact_name(a.model_name) != a.model_name) {
    throw Error(ErrorCode::kUsage, "--model-name '" + a.model_name +
                                       "' is not 1 to 128 letters, digits, '.', '_' or '-'");
  }
}

}  // namespace

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    const std::size_t begin = part.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    parts.push_back(part.substr(begin, part.find_last_not_of(' ') - begin + 1));
  }
  return parts;
}

void check(const FineTuneOptions& a) {
  check_ranges(a);
  check_lora(a);
  if (a.model.empty() && a.resume_from_checkpoint.empty()) {
    throw Error(ErrorCode::kUsage,
                "--model is required: a hub id, a directory or tracker://PROJECT/NAME (see trainer "
                "--help)");
  }
  if (a.streaming && a.class_weights == "balanced") {
    throw Error(
        ErrorCode::kUsage,
        "--class-weights balanced counts all rows, which --streaming does not keep; give the "
        "weights as numbers");
  }
  if (a.device.starts_with("cuda")) {
    throw Error(ErrorCode::kUnsupported,
                "--device " + a.device + ": this build computes on the CPU only; use --device cpu");
  }
  if (a.device != "auto" && a.device != "cpu") {
    throw Error(ErrorCode::kUsage, "--device '" + a.device + "' is not known: use auto or cpu");
  }
  check_model_log(a);
}

data::DatasetOptions dataset_options(const DataOptions& a, const std::string& source) {
  data::DatasetOptions options;
  options.source = source;
  options.revision = a.dataset_revision;
  options.config = a.dataset_config;
  options.text_column = a.text_column;
  options.text_pair_column = a.text_pair_column;
  options.label_columns = a.label_columns;
  options.train_split = a.train_split;
  options.eval_split = a.eval_split;
  options.delimiter = delimiter_from(a.csv_delimiter);
  if (!a.problem_type.empty()) options.problem_type = data::problem_type_from_name(a.problem_type);
  return options;
}

data::Selection selection(const DataOptions& a, std::optional<std::size_t> samples,
                          std::uint64_t shuffle_seed) {
  data::Selection selection{.samples = samples, .shuffle_seed = shuffle_seed};
  if (!a.test_size.empty()) selection.test_size = data::test_size_from(a.test_size);
  if (a.stratify && a.test_size.empty())
    throw Error(ErrorCode::kUsage, "--stratify goes with --test-size");
  selection.stratify = a.stratify;
  return selection;
}

data::TokenCacheSettings token_cache(const TokenCacheOptions& options,
                                     std::function<void(std::string_view)> warn) {
  data::TokenCacheSettings settings;
  settings.max_bytes =
      static_cast<std::uint64_t>(options.limit_gib * static_cast<double>(1U << 30U));
  settings.warn = std::move(warn);
  if (!options.off) {
    settings.folder =
        options.folder.empty() ? data::default_token_cache() : fs::path(options.folder);
  }
  return settings;
}

std::string generated_name(const std::string& model) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{}-{:%Y%m%d-%H%M%S}", short_name(model), fmt::localtime(now));
}

tracker::RunSettings run_settings(const FineTuneOptions& a, const RunFacts& facts) {
  Json config = to_json(a);
  config["max_length"] = facts.max_length;
  config["compute_dtype"] = nn::name_of(facts.model.parameters().compute());
  config["data"] = {
      {"origin", facts.origin}, {"fingerprint", facts.fingerprint}, {"train_rows", facts.rows}};
  if (facts.train != nullptr) config["data"]["train"] = data::to_json(*facts.train);
  if (facts.evaluation != nullptr) config["data"]["eval"] = data::to_json(*facts.evaluation);
  config["model_config"] = model_config(facts.model);
  config["model/num_parameters"] = facts.model.parameters().size();
  tracker::RunSettings settings;
  settings.project = a.project.empty() ? short_name(a.data.dataset) : a.project;
  settings.name = a.run_name;
  settings.group = a.group;
  settings.job_type = "train";
  settings.tags = split(a.tags);
  const std::string model = short_name(a.model);
  if (std::find(settings.tags.begin(), settings.tags.end(), model) == settings.tags.end())
    settings.tags.push_back(model);
  settings.notes = a.notes;
  const std::string text = config::dump_text(config);
  settings.config = std::get<tracker::Dict>(tracker::value_from_json(text).value().data());
  return settings;
}

}  // namespace trainer::api
