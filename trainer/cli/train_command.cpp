#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <set>

#include "cli/commands.hpp"
#include "cli/lora_arguments.hpp"
#include "cli/model_files.hpp"
#include "cli/saved_model.hpp"
#include "cli/token_arguments.hpp"
#include "cli/train_options.hpp"
#include "config/error.hpp"
#include "models/loading.hpp"
#include "models/model_types.hpp"
#include "nn/runtime.hpp"
#include "train/checkpoint_folders.hpp"
#include "train/evaluation_report.hpp"
#include "train/loop.hpp"
#include "train/metrics_file.hpp"
#include "train/objective.hpp"
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

Rows read_rows(const TrainArguments& a, const ModelFiles& files) {
  data::DatasetOptions options = dataset_options(a.data, a.data.dataset);
  expect_labels(files, options);
  data::DatasetSource source(std::move(options));
  const data::Selection of_train = selection(a.data, a.train_samples, a.shuffle_seed);
  Rows rows;
  rows.train = source.read(data::Split::kTrain, of_train);
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

// New weights that an adapter leaves frozen are told apart: nothing trains them.
void report_load(models::LoadReport report, const nn::ParameterSet& set) {
  std::set<std::string> frozen;
  for (const nn::Parameter& parameter : set.parameters()) {
    if (parameter.spec.gradient != nn::Gradient::kTrained)
      frozen.insert(parameter.spec.stored_name);
  }
  const auto kept =
      std::stable_partition(report.missing.begin(), report.missing.end(),
                            [&](const std::string& name) { return !frozen.contains(name); });
  if (kept != report.missing.end()) {
    fmt::print(stderr,
               "new weights that stay as they are drawn: {}; train them with "
               "--lora-modules-to-save\n",
               fmt::join(kept, report.missing.end(), ", "));
  }
  report.missing.erase(kept, report.missing.end());
  for (const std::string& line : models::lines_of(report)) fmt::print(stderr, "{}\n", line);
}

std::string summary_line(const train::TrainingResult& result) {
  std::string line =
      fmt::format("trained in {} at {:.2f} samples/s", train::clock_text(result.train_runtime),
                  result.train_samples_per_second);
  if (result.last_evaluation) {
    line += fmt::format(", eval/loss {:.4f}", result.last_evaluation->loss);
    const auto& [name, value] = result.last_evaluation->metrics.front();
    line += fmt::format(", eval/{} {:.4f}", name, value);
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
  std::optional<data::Dataset> evaluation_rows;
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
  Rows rows = read_rows(a, files);
  settle_labels(files, rows.train);
  settle_adapter(a, files);
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
  train::check_labels(arena, files.config, rows.train.origin);
  if (evaluation) train::check_labels(*evaluation, files.config, rows.evaluation->origin);
  models::check(models::plan_load(files.config, files.tensors).report);
  nn::set_seed(a.seed);
  models::Classifier model(files.config, nn::compute_from_name(a.dtype), nn::Purpose::kTrain);
  report_load(load_weights(model, files), model.parameters());
  std::vector<models::StoredFile> tokenizer_files = models::read_files(files.tokenizer.files());
  return {.files = std::move(files),
          .tokenizer_files = std::move(tokenizer_files),
          .model = std::move(model),
          .train = std::move(arena),
          .evaluation = std::move(evaluation),
          .evaluation_rows = std::move(rows.evaluation),
          .max_length = limit,
          .checkpoint = std::move(checkpoint),
          .origin = rows.train.origin,
          .fingerprint = rows.train.fingerprint,
          .train_summary = of_train,
          .eval_summary = of_evaluation};
}

// ", 296450 of them trained" where adapters leave the rest frozen.
std::string trained_share(const nn::ParameterSet& set) {
  std::int64_t trained = 0;
  for (const nn::Parameter& parameter : set.parameters()) {
    if (parameter.spec.gradient == nn::Gradient::kTrained) trained += parameter.size;
  }
  return trained == set.size() ? "" : fmt::format(", {} of them trained", trained);
}

void describe_run(const Prepared& p) {
  fmt::print(
      stderr,
      "{}: {} parameters{}, {}; {}; {} rows, {} tokens, at most {} each; evaluation on {} rows\n",
      p.files.config.type->name, p.model.parameters().size(), trained_share(p.model.parameters()),
      p.model.parameters().compute() == nn::Compute::kBfloat16 ? "bfloat16" : "float32",
      data::name_of(p.files.config.problem()), p.train.size(), p.train.ids.size(), p.max_length,
      p.evaluation ? p.evaluation->size() : 0);
  fmt::print(stderr, "train: {}\n", data::to_text(p.train_summary));
  if (p.eval_summary) fmt::print(stderr, "eval: {}\n", data::to_text(*p.eval_summary));
}

// The run's directory and what watches it. `tracker` is null without one.
struct Watched {
  fs::path directory;
  std::vector<std::unique_ptr<train::Hook>> hooks;
  train::TrackerHook* tracker = nullptr;
};

Watched watch(const TrainArguments& a, const Prepared& p) {
  Watched out;
  const train::EvaluationNames names{.classes = p.model.config().labels,
                                     .rows = p.evaluation_rows ? &*p.evaluation_rows : nullptr};
  std::string run_name = a.run_name.empty() ? generated_name(a.model) : a.run_name;
  if (a.report_to == "tracker") {
    auto hook = std::make_unique<train::TrackerHook>(
        run_settings(a, {.model = p.model,
                         .max_length = p.max_length,
                         .origin = p.origin,
                         .fingerprint = p.fingerprint,
                         .train = p.train_summary,
                         .evaluation = p.eval_summary ? &*p.eval_summary : nullptr}),
        names);
    if (!hook->run_name().empty()) run_name = hook->run_name();
    out.tracker = hook.get();
    out.hooks.push_back(std::move(hook));
  }
  out.directory = output_directory(a, run_name);
  make_directory(out.directory);
  out.hooks.push_back(std::make_unique<train::MetricsFile>(out.directory / "metrics.jsonl"));
  out.hooks.push_back(std::make_unique<train::EvaluationReport>(out.directory, names));
  out.hooks.push_back(std::make_unique<train::Progress>(train::style_of_terminal()));
  return out;
}

// Trains and saves; the exit code.
int train_and_save(const TrainArguments& a, Prepared& p, train::TrainingOptions options,
                   const Watched& watched) {
  options.output_directory = watched.directory;
  options.resume_from = p.checkpoint;
  if (p.model.config().problem() == data::ProblemType::kSingleLabel) {
    options.loss.class_weights = class_weights(a, p.train.labels, p.model.config().labels.size());
  } else if (!a.class_weights.empty()) {
    throw Error(ErrorCode::kUsage, "--class-weights goes with single_label_classification");
  }
  watch_signals();
  const train::TrainingData data{.train = p.train,
                                 .evaluation = p.evaluation ? &*p.evaluation : nullptr,
                                 .tokenizer = p.tokenizer_files,
                                 .fingerprint = p.fingerprint};
  const train::TrainingResult result =
      train::train(p.model, data, options, watched.hooks, stop_wanted);
  if (result.outcome == train::Outcome::kStopped) {
    fmt::print(stderr, "stopped; go on with --resume-from-checkpoint {}\n",
               options.output_directory.string());
    if (watched.tracker) watched.tracker->finish(result.outcome, "stopped by a signal");
    return 1;
  }
  save_model(a,
             {.model = p.model,
              .tokenizer = p.tokenizer_files,
              .state = result.state,
              .data_origin = p.origin},
             options.output_directory);
  fmt::print(stderr, "{}\n", summary_line(result));
  if (watched.tracker) watched.tracker->finish(result.outcome, {});
  return 0;
}

}  // namespace

int run_train(const TrainArguments& a) {
  check(a);
  const train::TrainingOptions options = training_options(a);
  Prepared p = prepare(a);
  describe_run(p);
  const Watched watched = watch(a, p);
  try {
    return train_and_save(a, p, options, watched);
  } catch (const std::exception& error) {
    if (watched.tracker) watched.tracker->fail(error.what());
    throw;
  }
}

}  // namespace trainer::cli
