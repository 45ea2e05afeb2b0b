#include "api/fine_tune.hpp"

#include <fmt/format.h>

#include <utility>

#include "api/artifact_model.hpp"
#include "api/output_directory.hpp"
#include "api/prepared.hpp"
#include "api/run_artifacts.hpp"
#include "api/saved_model.hpp"
#include "api/train_options.hpp"
#include "config/error.hpp"
#include "models/model_types.hpp"
#include "nn/runtime.hpp"
#include "train/evaluation_report.hpp"
#include "train/loop.hpp"
#include "train/memory.hpp"
#include "train/metrics_file.hpp"
#include "train/tracker_hook.hpp"

namespace trainer {
namespace {

namespace fs = std::filesystem;
using api::Prepared;

// A run's directory. Named after the run; a name that is taken gets a number.
fs::path output_directory(const FineTuneOptions& o, const std::string& run_name) {
  if (!o.output_dir.empty()) return api::plain_path(o.output_dir);
  const fs::path base = fs::path("outputs") / run_name;
  fs::path free = base;
  for (int i = 2; fs::exists(free); ++i) free = base.string() + "-" + std::to_string(i);
  return free;
}

// The run's directory and all that watch it, the caller's hooks last.
struct Watched {
  fs::path directory;
  std::vector<std::unique_ptr<train::Hook>> hooks;
  train::TrackerHook* tracker = nullptr;   // null without one
  api::RunArtifacts* artifacts = nullptr;  // null without a run
};

// What is told of every model that the run logs.
tracker::Dict about(const FineTuneOptions& o, const Prepared& p) {
  return {{"base_model", o.model},
          {"dataset", o.data.dataset},
          {"dataset_fingerprint", p.fingerprint},
          {"model_type", std::string(p.model->config().type->name)},
          {"model/num_parameters", p.model->parameters().size()}};
}

std::unique_ptr<train::TrackerHook> start_tracker(const FineTuneOptions& o, const Prepared& p,
                                                  const train::EvaluationNames& names,
                                                  const train::Say& say) {
  return std::make_unique<train::TrackerHook>(
      api::run_settings(o, {.model = *p.model,
                            .max_length = p.max_length,
                            .origin = p.origin,
                            .fingerprint = p.fingerprint,
                            .rows = p.rows(),
                            .train = p.train_summary ? &*p.train_summary : nullptr,
                            .evaluation = p.eval_summary ? &*p.eval_summary : nullptr}),
      names, say);
}

// Records what the run uses, and is told of its models.
std::unique_ptr<api::RunArtifacts> start_artifacts(const FineTuneOptions& o, const Prepared& p,
                                                   std::shared_ptr<tracker::Run> run,
                                                   const fs::path& directory,
                                                   const train::Say& say) {
  const std::string name =
      o.model_name.empty() ? api::artifact_name("model-" + run->name()) : o.model_name;
  auto artifacts = std::make_unique<api::RunArtifacts>(
      std::move(run),
      api::ModelLogSettings{.at_end = o.log_model != "false",
                            .checkpoints = o.log_model == "checkpoint",
                            .name = name,
                            .directory = directory,
                            .about = about(o, p)},
      say);
  if (api::names_artifact(o.model)) artifacts->use_model(o.model);
  artifacts->use_data(p.data, p.opened);
  return artifacts;
}

Watched watch(const FineTuneOptions& o, const Prepared& p, const train::Say& say) {
  Watched out;
  const train::EvaluationNames names{.classes = p.model->config().labels,
                                     .rows = p.evaluation_rows ? &*p.evaluation_rows : nullptr};
  std::string run_name = o.run_name.empty() ? api::generated_name(o.model) : o.run_name;
  if (o.report_to == "tracker") {
    auto hook = start_tracker(o, p, names, say);
    if (hook->run()) run_name = hook->run()->name();
    out.tracker = hook.get();
    out.hooks.push_back(std::move(hook));
  }
  out.directory = output_directory(o, run_name);
  api::make_directory(out.directory);
  if (out.tracker && out.tracker->run()) {
    auto artifacts = start_artifacts(o, p, out.tracker->run(), out.directory, say);
    out.artifacts = artifacts.get();
    out.hooks.push_back(std::move(artifacts));
  } else if (o.log_model != "false") {
    say("the model is not logged: there is no run");
  }
  out.hooks.push_back(std::make_unique<train::MetricsFile>(out.directory / "metrics.jsonl", say));
  out.hooks.push_back(std::make_unique<train::EvaluationReport>(out.directory, names, say));
  return out;
}

FineTuned result_of(const train::TrainingResult& trained, const fs::path& directory) {
  FineTuned out{.outcome = trained.outcome,
                .directory = directory,
                .archive = {},
                .artifact = {},
                .steps = trained.state.global_step,
                .evaluation = {},
                .seconds = trained.train_runtime,
                .samples_per_second = trained.train_samples_per_second};
  if (!trained.last_evaluation) return out;
  out.evaluation = {{"loss", trained.last_evaluation->loss}};
  out.evaluation.insert(out.evaluation.end(), trained.last_evaluation->metrics.begin(),
                        trained.last_evaluation->metrics.end());
  return out;
}

// Whether the saved model is the one that --metric-for-best-model says.
bool is_best(const train::TrainingResult& trained) {
  return trained.state.best_global_step > 0 && trained.state.best_global_step == trained.model_step;
}

// The run ends, after all that it made was handed over.
void end_run(const Watched& watched, FineTuned& done) {
  if (watched.artifacts) {
    watched.artifacts->end(done.outcome == train::Outcome::kStopped ? api::Errands::End::kAsked
                                                                    : api::Errands::End::kDone);
  }
  if (!watched.tracker) return;
  watched.tracker->finish(done.outcome,
                          done.outcome == train::Outcome::kStopped ? "stopped by a signal" : "");
  if (watched.artifacts) done.artifact = watched.artifacts->report();
}

// Trains and saves.
FineTuned run(const FineTuneOptions& o, Prepared& p, train::TrainingOptions options,
              const Watched& watched, const std::atomic<bool>& stop) {
  options.output_directory = watched.directory;
  options.resume_from = p.checkpoint;
  options.base_model = p.base_model;
  if (p.model->config().problem() == data::ProblemType::kSingleLabel) {
    options.loss.class_weights =
        api::class_weights(o, p.train.labels, p.model->config().labels.size());
  } else if (!o.class_weights.empty()) {
    throw Error(ErrorCode::kUsage, "--class-weights goes with single_label_classification");
  }
  const train::TrainingData data{.train = p.train,
                                 .stream = p.stream.get(),
                                 .evaluation = p.evaluation ? &*p.evaluation : nullptr,
                                 .tokenizer = p.tokenizer_files,
                                 .fingerprint = p.fingerprint};
  const train::TrainingResult trained = train::train(*p.model, data, options, watched.hooks, stop);
  FineTuned out = result_of(trained, options.output_directory);
  if (out.outcome == train::Outcome::kFinished) {
    const api::SavedModel saved = api::save_model(o,
                                                  {.model = *p.model,
                                                   .tokenizer = p.tokenizer_files,
                                                   .state = trained.state,
                                                   .data_origin = p.origin},
                                                  out.directory);
    out.archive = saved.archive;
    if (watched.artifacts) {
      watched.artifacts->log_final({.saved = saved,
                                    .state = trained.state,
                                    .evaluation = out.evaluation,
                                    .best = is_best(trained)});
    }
  }
  end_run(watched, out);
  return out;
}

}  // namespace

FineTuned fine_tune(const FineTuneOptions& wanted, FineTuneRows rows, FineTuneWatch watching) {
  const std::vector<std::unique_ptr<train::Hook>>& callers = watching.hooks;
  nn::keep_memory();
  api::check(wanted);
  const train::TrainingOptions options = api::training_options(wanted);
  // The caller's hooks move, the hooks themselves stay where they are.
  std::vector<train::Hook*> listeners;
  for (const auto& hook : callers) listeners.push_back(hook.get());
  const train::Say say = [listeners](const std::string& text) {
    for (train::Hook* hook : listeners) hook->noted(text);
  };
  Prepared p = train::telling_of_memory(
      [&] { return api::prepare(wanted, std::move(rows), watching.downloads, say); });
  FineTuneOptions known = wanted;
  known.model = p.base_model;
  Watched watched = watch(known, p, say);
  for (auto& hook : watching.hooks) watched.hooks.push_back(std::move(hook));
  const std::atomic<bool> never{false};
  try {
    return run(known, p, options, watched, watching.stop ? *watching.stop : never);
  } catch (const std::exception& error) {
    if (watched.artifacts) watched.artifacts->end(api::Errands::End::kAsked);
    if (watched.tracker) watched.tracker->fail(error.what());
    throw;
  }
}

}  // namespace trainer
