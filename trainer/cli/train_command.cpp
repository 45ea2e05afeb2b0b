#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/commands.hpp"
#include "cli/model_files.hpp"
#include "cli/token_arguments.hpp"
#include "cli/train_options.hpp"
#include "config/error.hpp"
#include "hub/archive.hpp"
#include "models/export.hpp"
#include "models/loading.hpp"
#include "models/model_card.hpp"
#include "models/model_types.hpp"
#include "nn/runtime.hpp"
#include "train/checkpoint.hpp"
#include "train/loop.hpp"
#include "train/metrics_file.hpp"
#include "train/progress.hpp"
#include "train/tracker_hook.hpp"

namespace trainer::cli {
namespace {

namespace fs = std::filesystem;

std::atomic<bool> stop_wanted{false};

// The first Ctrl-C (or SIGTERM) ends training after the step at hand; a second one ends the
// process.
void on_signal(int signal) {
  stop_wanted.store(true);
  std::signal(signal, SIG_DFL);
}

struct Rows {
  data::Dataset train;
  std::optional<data::Dataset> evaluation;
};

Rows read_rows(const TrainArguments& a) {
  data::DatasetSource source(dataset_options(a.data, a.data.dataset));
  const data::Selection of_train = selection(a.data, a.train_samples, a.shuffle_seed);
  Rows rows;
  rows.train = source.read(data::Split::kTrain, of_train);
  require_single_label(rows.train);
  if (a.eval_strategy == "no") return rows;
  data::Selection of_evaluation = of_train;
  of_evaluation.samples = a.eval_samples;
  if (!a.eval_dataset.empty()) {
    source = data::DatasetSource(dataset_options(a.data, a.eval_dataset));
    of_evaluation.test_size.reset();
  } else if (!of_train.test_size && !source.has_evaluation()) {
    fmt::print(stderr,
               "no evaluation: {} has no test split; name one with --eval-dataset, or take a part "
               "of the training rows with --test-size\n",
               a.data.dataset);
    return rows;
  }
  source.keep_labels_of(rows.train);
  rows.evaluation = source.read(data::Split::kTest, of_evaluation);
  return rows;
}

// A run's directory. Named after the run; a name that is taken gets a number.
fs::path output_directory(const TrainArguments& a, const std::string& run_name) {
  if (!a.output_dir.empty()) return a.output_dir;
  const fs::path base = fs::path("outputs") / run_name;
  fs::path free = base;
  for (int i = 2; fs::exists(free); ++i) free = base.string() + "-" + std::to_string(i);
  return free;
}

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    throw Error(ErrorCode::kIo, directory.string() + ": cannot be made: " + error.message() +
                                    "; give another --output-dir");
}

void report_load(const models::LoadReport& report) {
  if (!report.initialised.empty()) {
    fmt::print(stderr, "new weights, to be trained: {}\n", fmt::join(report.initialised, ", "));
  }
  if (!report.unused.empty()) {
    fmt::print(stderr, "not used: {} tensors of the checkpoint ({}{})\n", report.unused.size(),
               report.unused.front(), report.unused.size() > 1 ? ", …" : "");
  }
}

std::vector<models::CardRow> card_rows(const train::TrainerState& state) {
  std::vector<models::CardRow> rows;
  models::CardRow row;
  for (const train::Row& logged : state.log_history) {
    bool evaluation = false;
    for (const auto& [key, value] : logged.values) {
      if (key == "train/loss") row.train_loss = value;
      if (key == "train/epoch") row.epoch = value;
      if (key == "eval/loss") {
        row.eval_loss = value;
        evaluation = true;
      }
      if (key == "eval/accuracy") row.accuracy = value;
    }
    row.step = logged.step;
    if (evaluation) rows.push_back(row);
  }
  return rows;
}

// The model's files of `directory`, and nothing else in it, as directory/NAME.tar.gz.
fs::path write_archive(const fs::path& directory, const std::vector<fs::path>& files,
                       const std::string& name) {
  const fs::path staging = directory / ".archive";
  fs::remove_all(staging);
  make_directory(staging);
  for (const fs::path& file : files) {
    fs::create_symlink(fs::absolute(directory / file.filename()), staging / file.filename());
  }
  const fs::path archive = directory / (name + ".tar.gz");
  try {
    hub::write_tar_gz(staging, archive, name);
  } catch (...) {
    fs::remove_all(staging);
    throw;
  }
  fs::remove_all(staging);
  return archive;
}

std::string summary_line(const train::TrainingResult& result) {
  std::string line =
      fmt::format("trained in {} at {:.2f} samples/s", train::clock_text(result.train_runtime),
                  result.train_samples_per_second);
  if (result.last_evaluation) {
    line += fmt::format(", eval/loss {:.4f}", result.last_evaluation->loss);
    for (const auto& [name, value] : result.last_evaluation->metrics) {
      if (name == "accuracy") line += fmt::format(", eval/accuracy {:.4f}", value);
    }
  }
  return line;
}

void watch_signals() {
  stop_wanted.store(false);
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
}

// Everything that was read before training begins.
struct Prepared {
  ModelFiles files;
  std::vector<models::StoredFile> tokenizer_files;
  models::Classifier model;
  data::TokenArena train;
  std::optional<data::TokenArena> evaluation;
  std::size_t max_length = 0;
  std::optional<fs::path> checkpoint;
  std::string origin;
  std::string fingerprint;
  data::Summary train_summary;
  std::optional<data::Summary> eval_summary;
};

Prepared prepare(const TrainArguments& a) {
  std::optional<fs::path> checkpoint;
  if (!a.resume_from_checkpoint.empty())
    checkpoint = train::find_checkpoint(a.resume_from_checkpoint);
  ModelFiles files =
      open_model(checkpoint ? checkpoint->string() : a.model, checkpoint ? "main" : a.revision);
  const Rows rows = read_rows(a);
  settle_labels(files, rows.train);
  if (a.dropout) models::override_dropout(files.config, *a.dropout);
  const std::size_t limit = text_limit(files, a.max_length, 512);
  const data::TokenCacheSettings cache = token_cache(a.token_cache);
  data::TokenArena arena = tokenize_rows(rows.train, files, limit, cache);
  std::optional<data::TokenArena> evaluation;
  if (rows.evaluation) evaluation = tokenize_rows(*rows.evaluation, files, limit, cache);
  const auto tokens = static_cast<std::int64_t>(limit);
  const data::Summary of_train = data::summarize(rows.train, arena.offsets, tokens);
  std::optional<data::Summary> of_evaluation;
  if (evaluation) of_evaluation = data::summarize(*rows.evaluation, evaluation->offsets, tokens);
  const auto classes = static_cast<std::int64_t>(files.config.labels.size());
  train::check_labels(arena.labels, classes, rows.train.origin);
  if (evaluation) train::check_labels(evaluation->labels, classes, rows.evaluation->origin);
  nn::set_seed(a.seed);
  models::Classifier model(files.config, nn::compute_from_name(a.dtype), nn::Purpose::kTrain);
  report_load(models::load_weights(model, files.tensors));
  std::vector<models::StoredFile> tokenizer_files = models::read_files(files.tokenizer.files());
  return {.files = std::move(files),
          .tokenizer_files = std::move(tokenizer_files),
          .model = std::move(model),
          .train = std::move(arena),
          .evaluation = std::move(evaluation),
          .max_length = limit,
          .checkpoint = std::move(checkpoint),
          .origin = rows.train.origin,
          .fingerprint = rows.train.fingerprint,
          .train_summary = of_train,
          .eval_summary = of_evaluation};
}

void save_model(const TrainArguments& a, const Prepared& p, const train::TrainingResult& result,
                const fs::path& directory) {
  models::export_model(p.model, p.tokenizer_files, directory);
  const std::string name = fs::absolute(directory).filename().string();
  models::ModelCard card{.name = name,
                         .base_model = a.model,
                         .dataset = p.origin,
                         .hyperparameters = {},
                         .results = card_rows(result.state)};
  const nlohmann::ordered_json flags = flags_as_json(a);
  for (const auto& [key, value] : flags.items())
    card.hyperparameters.emplace_back(key, value.dump());
  models::write_file(directory / "README.md", models::render(card));
  models::write_file(directory / "training_args.json", flags.dump(2) + "\n");
  std::vector<fs::path> saved = {"config.json", "model.safetensors", "README.md",
                                 "training_args.json"};
  for (const models::StoredFile& file : p.tokenizer_files) saved.emplace_back(file.name);
  const fs::path archive = write_archive(directory, saved, name);
  fmt::print(stderr, "model saved in {} and {}\n", directory.string(), archive.string());
}

void describe_run(const Prepared& p) {
  fmt::print(
      stderr, "{}: {} parameters, {}; {} rows, {} tokens, at most {} each; evaluation on {} rows\n",
      p.files.config.type->name, p.model.parameters().size(),
      p.model.parameters().compute() == nn::Compute::kBfloat16 ? "bfloat16" : "float32",
      p.train.size(), p.train.ids.size(), p.max_length, p.evaluation ? p.evaluation->size() : 0);
  fmt::print(stderr, "train: {}\n", data::to_text(p.train_summary));
  if (p.eval_summary) fmt::print(stderr, "eval: {}\n", data::to_text(*p.eval_summary));
}

}  // namespace

int run_train(const TrainArguments& a) {
  check(a);
  train::TrainingOptions options = training_options(a);
  Prepared p = prepare(a);
  describe_run(p);

  std::vector<std::unique_ptr<train::Hook>> hooks;
  train::TrackerHook* tracker = nullptr;
  std::string run_name = a.run_name.empty() ? generated_name(a.model) : a.run_name;
  if (a.report_to == "tracker") {
    auto hook = std::make_unique<train::TrackerHook>(
        run_settings(a, {.model = p.model,
                         .max_length = p.max_length,
                         .origin = p.origin,
                         .fingerprint = p.fingerprint,
                         .train = p.train_summary,
                         .evaluation = p.eval_summary ? &*p.eval_summary : nullptr}));
    if (!hook->run_name().empty()) run_name = hook->run_name();
    tracker = hook.get();
    hooks.push_back(std::move(hook));
  }
  options.output_directory = output_directory(a, run_name);
  options.resume_from = p.checkpoint;
  make_directory(options.output_directory);
  hooks.push_back(std::make_unique<train::MetricsFile>(options.output_directory / "metrics.jsonl"));
  hooks.push_back(std::make_unique<train::Progress>(train::style_of_terminal()));

  watch_signals();
  const train::TrainingData data{.train = p.train,
                                 .evaluation = p.evaluation ? &*p.evaluation : nullptr,
                                 .tokenizer = p.tokenizer_files,
                                 .fingerprint = p.fingerprint};
  const train::TrainingResult result = train::train(p.model, data, options, hooks, stop_wanted);
  if (result.outcome == train::Outcome::kStopped) {
    fmt::print(stderr, "stopped; go on with --resume-from-checkpoint {}\n",
               options.output_directory.string());
    if (tracker) tracker->finish(result.outcome, "stopped by a signal");
    return 1;
  }
  save_model(a, p, result, options.output_directory);
  fmt::print(stderr, "{}\n", summary_line(result));
  if (tracker) tracker->finish(result.outcome, {});
  return 0;
}

}  // namespace trainer::cli
