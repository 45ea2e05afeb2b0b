#include "cli/train_options.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include <tracker/json.hpp>

#include "config/error.hpp"

namespace trainer::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// The last part of a path or hub id: "google-bert/bert-base-uncased" -> "bert-base-uncased".
std::string short_name(const std::string& source) {
  fs::path path(source);
  if (!path.has_filename()) path = path.parent_path();
  const std::string name = path.filename().string();
  return name.empty() || name == "." || name == ".." ? "model" : name;
}

// config.json as it is, without id2label and label2id of models with very many classes.
Json model_config(const models::Classifier& model) {
  Json json = Json::parse(model.config().json, nullptr, false);
  if (!json.is_object()) return Json::object();
  if (model.config().labels.size() > 100) {
    json.erase("id2label");
    json.erase("label2id");
  }
  return json;
}

// "," ";" "\\t"; nullopt for nothing.
std::optional<char> delimiter_from(const std::string& text) {
  if (text.empty()) return std::nullopt;
  if (text == "\\t") return '\t';
  if (text.size() == 1 && text != "\"" && text != "\n" && text != "\r") return text[0];
  throw Error(ErrorCode::kUsage, "--csv-delimiter '" + text + "' is not one byte (or \\t)");
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
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

void check(const TrainArguments& a) {
  if (a.model.empty() && a.resume_from_checkpoint.empty()) {
    throw Error(ErrorCode::kUsage,
                "--model is required: a hub id or a directory (see trainer --help)");
  }
  if (a.device.starts_with("cuda")) {
    throw Error(ErrorCode::kUnsupported,
                "--device " + a.device + ": this build computes on the CPU only; use --device cpu");
  }
  if (a.device != "auto" && a.device != "cpu") {
    throw Error(ErrorCode::kUsage, "--device '" + a.device + "' is not known: use auto or cpu");
  }
  if (a.log_model != "false") {
    throw Error(ErrorCode::kUnsupported,
                "--log-model " + a.log_model +
                    ": this build does not store artifacts; use --log-model false, the model "
                    "is saved in --output-dir");
  }
}

data::DatasetOptions dataset_options(const DataArguments& a, const std::string& source) {
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

data::Selection selection(const DataArguments& a, std::optional<std::size_t> samples,
                          std::uint64_t shuffle_seed) {
  data::Selection selection{.samples = samples, .shuffle_seed = shuffle_seed};
  if (!a.test_size.empty()) selection.test_size = data::test_size_from(a.test_size);
  if (a.stratify && a.test_size.empty())
    throw Error(ErrorCode::kUsage, "--stratify goes with --test-size");
  selection.stratify = a.stratify;
  return selection;
}

void require_single_label(const data::Dataset& dataset) {
  if (dataset.problem_type == data::ProblemType::kSingleLabel) return;
  throw Error(ErrorCode::kUnsupported,
              fmt::format("{}: its labels make it a problem of type {}, which this build reads but "
                          "does not train or evaluate yet; single_label_classification is "
                          "(--problem-type, --label-column)",
                          dataset.origin, data::name_of(dataset.problem_type)));
}

std::string generated_name(const std::string& model) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{}-{:%Y%m%d-%H%M%S}", short_name(model), fmt::localtime(now));
}

Json flags_as_json(const TrainArguments& a) {
  return {{"model", a.model},
          {"revision", a.revision},
          {"dataset", a.data.dataset},
          {"eval_dataset", a.eval_dataset},
          {"text_column", a.data.text_column},
          {"text_pair_column", a.data.text_pair_column},
          {"label_column", fmt::format("{}", fmt::join(a.data.label_columns, ","))},
          {"dataset_config", a.data.dataset_config},
          {"dataset_revision", a.data.dataset_revision},
          {"train_split", a.data.train_split},
          {"eval_split", a.data.eval_split},
          {"test_size", a.data.test_size},
          {"stratify", a.data.stratify},
          {"problem_type", a.data.problem_type},
          {"csv_delimiter", a.data.csv_delimiter},
          {"train_samples", or_null(a.train_samples)},
          {"eval_samples", or_null(a.eval_samples)},
          {"shuffle_seed", a.shuffle_seed},
          {"max_length", or_null(a.max_length)},
          {"num_train_epochs", a.num_train_epochs},
          {"max_steps", or_null(a.max_steps)},
          {"batch_size", a.batch_size},
          {"eval_batch_size", a.eval_batch_size.value_or(a.batch_size)},
          {"gradient_accumulation_steps", a.gradient_accumulation_steps},
          {"optim", a.optim},
          {"optim_args", a.optim_args},
          {"learning_rate", a.learning_rate},
          {"weight_decay", a.weight_decay},
          {"adam_beta1", a.adam_beta1},
          {"adam_beta2", a.adam_beta2},
          {"adam_epsilon", a.adam_epsilon},
          {"max_grad_norm", a.max_grad_norm},
          {"lr_scheduler_type", a.lr_scheduler_type},
          {"lr_scheduler_kwargs", a.lr_scheduler_kwargs},
          {"warmup_ratio", a.warmup_ratio},
          {"warmup_steps", or_null(a.warmup_steps)},
          {"label_smoothing_factor", a.label_smoothing_factor},
          {"class_weights", a.class_weights},
          {"dropout", or_null(a.dropout)},
          {"layerwise_lr_decay", or_null(a.layerwise_lr_decay)},
          {"freeze", a.freeze},
          {"freeze_layers", a.freeze_layers},
          {"freeze_embeddings", a.freeze_embeddings},
          {"no_shuffle", a.no_shuffle},
          {"seed", a.seed},
          {"dtype", a.dtype},
          {"device", a.device},
          {"logging_strategy", a.logging_strategy},
          {"logging_steps", a.logging_steps},
          {"logging_first_step", a.logging_first_step},
          {"eval_strategy", a.eval_strategy},
          {"eval_steps", a.eval_steps.value_or(a.logging_steps)},
          {"eval_delay", a.eval_delay},
          {"eval_on_start", a.eval_on_start},
          {"eval_errors", a.eval_errors},
          {"save_strategy", a.save_strategy},
          {"save_steps", a.save_steps},
          {"save_total_limit", a.save_total_limit},
          {"load_best_model_at_end", a.load_best_model_at_end},
          {"metric_for_best_model", a.metric_for_best_model},
          {"greater_is_better", or_null(a.greater_is_better)},
          {"early_stopping_patience", or_null(a.early_stopping_patience)},
          {"early_stopping_threshold", a.early_stopping_threshold},
          {"resume_from_checkpoint", a.resume_from_checkpoint},
          {"output_dir", a.output_dir},
          {"log_model", a.log_model},
          {"report_to", a.report_to}};
}

tracker::RunSettings run_settings(const TrainArguments& a, const RunFacts& facts) {
  Json config = flags_as_json(a);
  config["max_length"] = facts.max_length;
  config["compute_dtype"] =
      facts.model.parameters().compute() == nn::Compute::kBfloat16 ? "bfloat16" : "float32";
  config["data"] = {{"origin", facts.origin},
                    {"fingerprint", facts.fingerprint},
                    {"train_rows", facts.train.rows},
                    {"train", data::to_json(facts.train)}};
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
  const std::string text = config.dump(-1, ' ', false, Json::error_handler_t::replace);
  settings.config = std::get<tracker::Dict>(tracker::value_from_json(text).value().data());
  return settings;
}

}  // namespace trainer::cli
