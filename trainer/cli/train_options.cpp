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

train::When when_from_name(const std::string& name) {
  if (name == "epoch") return train::When::kEpoch;
  return name == "steps" ? train::When::kSteps : train::When::kNo;
}

// The last part of a path or hub id: "google-bert/bert-base-uncased" -> "bert-base-uncased".
std::string short_name(const std::string& source) {
  fs::path path(source);
  if (!path.has_filename()) path = path.parent_path();
  const std::string name = path.filename().string();
  return name.empty() || name == "." || name == ".." ? "model" : name;
}

std::vector<std::string> split_tags(const std::string& text) {
  std::vector<std::string> tags;
  std::istringstream in(text);
  for (std::string tag; std::getline(in, tag, ',');) {
    const std::size_t begin = tag.find_first_not_of(' ');
    if (begin == std::string::npos) continue;
    tags.push_back(tag.substr(begin, tag.find_last_not_of(' ') - begin + 1));
  }
  return tags;
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
    throw Error(ErrorCode::kUsage,
                "--device '" + a.device + "' is not known: use auto, cpu or cuda[:N]");
  }
  if (a.log_model != "false") {
    throw Error(ErrorCode::kUnsupported,
                "--log-model " + a.log_model +
                    ": this build does not store artifacts; use --log-model false, the model "
                    "is saved in --output-dir");
  }
}

train::TrainingOptions training_options(const TrainArguments& a) {
  return {.epochs = a.num_train_epochs,
          .max_steps = a.max_steps,
          .batch_size = a.batch_size,
          .eval_batch_size = a.eval_batch_size.value_or(a.batch_size),
          .gradient_accumulation_steps = a.gradient_accumulation_steps,
          .order = a.no_shuffle ? train::Order::kSequential : train::Order::kShuffled,
          .seed = a.seed,
          .optimizer = {.weight_decay = a.weight_decay, .max_grad_norm = a.max_grad_norm},
          .schedule = train::schedule_from_name(a.lr_scheduler_type),
          .learning_rate = a.learning_rate,
          .warmup_ratio = a.warmup_ratio,
          .warmup_steps = a.warmup_steps,
          .logging_steps = a.logging_steps,
          .evaluate = when_from_name(a.eval_strategy),
          .eval_steps = a.eval_steps.value_or(a.logging_steps),
          .save = when_from_name(a.save_strategy),
          .save_steps = a.save_steps,
          .save_total_limit = a.save_total_limit,
          .output_directory = {},
          .resume_from = {}};
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
          {"learning_rate", a.learning_rate},
          {"weight_decay", a.weight_decay},
          {"warmup_ratio", a.warmup_ratio},
          {"warmup_steps", or_null(a.warmup_steps)},
          {"lr_scheduler_type", a.lr_scheduler_type},
          {"max_grad_norm", a.max_grad_norm},
          {"dropout", or_null(a.dropout)},
          {"no_shuffle", a.no_shuffle},
          {"seed", a.seed},
          {"dtype", a.dtype},
          {"device", a.device},
          {"logging_steps", a.logging_steps},
          {"eval_strategy", a.eval_strategy},
          {"eval_steps", a.eval_steps.value_or(a.logging_steps)},
          {"save_strategy", a.save_strategy},
          {"save_steps", a.save_steps},
          {"save_total_limit", a.save_total_limit},
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
  settings.tags = split_tags(a.tags);
  const std::string model = short_name(a.model);
  if (std::find(settings.tags.begin(), settings.tags.end(), model) == settings.tags.end())
    settings.tags.push_back(model);
  settings.notes = a.notes;
  const std::string text = config.dump(-1, ' ', false, Json::error_handler_t::replace);
  settings.config = std::get<tracker::Dict>(tracker::value_from_json(text).value().data());
  return settings;
}

}  // namespace trainer::cli
