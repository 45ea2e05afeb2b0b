#include "train/tracker_hook.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include <tracker/error.hpp>
#include <tracker/json.hpp>

#include "config/dump.hpp"

namespace trainer::train {

TrackerHook::TrackerHook(tracker::RunSettings settings, EvaluationNames names, Say say)
    : names_(names), say_(std::move(say)) {
  try {
    run_ = std::make_shared<tracker::Run>(tracker::Run::start(std::move(settings)));
  } catch (const tracker::Error& error) {
    say_(fmt::format("tracker: {}; training goes on without it", error.what()));
    return;
  }
  run_->define_metric("train/*", {.step_metric = "train/global_step"});
  run_->define_metric("eval/*", {.step_metric = "train/global_step"});
  run_->define_metric("eval/loss",
                      {.step_metric = "train/global_step", .goal = tracker::Goal::kMinimize});
  run_->define_metric("eval/accuracy",
                      {.step_metric = "train/global_step", .goal = tracker::Goal::kMaximize});
}

void TrackerHook::began(const TrainerState&) {
  if (run_) say_(fmt::format("run {} of project {}", run_->name(), run_->project()));
  report_delivery();
}

void TrackerHook::stepped(const TrainerState&) { report_delivery(); }

void TrackerHook::report_delivery() {
  if (!run_) return;
  if (!address_said_) {
    if (const std::string url = run_->url(); !url.empty()) {
      say_(fmt::format("watch it at {}", url));
      address_said_ = true;
    }
  }
  if (trouble_said_) return;
  const tracker::Delivery delivery = run_->delivery();
  if (delivery == tracker::Delivery::kOffline || delivery == tracker::Delivery::kRefused) {
    say_(fmt::format("tracker {}: {}",
                     delivery == tracker::Delivery::kOffline ? "offline" : "refused the run",
                     run_->delivery_message()));
    trouble_said_ = true;
  }
}

void TrackerHook::logged(const Row& row) {
  if (!run_) return;
  std::vector<tracker::Scalar> scalars;
  for (const auto& [key, value] : row.values) scalars.push_back({key, value});
  run_->log(scalars, row.step);
}

void TrackerHook::evaluated(const Evaluation& evaluation) {
  constexpr std::size_t kErrors = 20;
  if (!run_ || std::ssize(names_.classes) > Confusion::kMostInMatrix) return;
  const nlohmann::ordered_json report = report_json(evaluation, names_);
  nlohmann::ordered_json summary;
  for (const char* key : {"classes", "confusion_matrix", "per_class"})
    if (report.contains(key)) summary[std::string("eval/") + key] = report[key];
  for (std::size_t i = 0; i < std::min(kErrors, evaluation.worst.size()); ++i)
    summary["eval/worst_errors"].push_back(error_json(evaluation.worst[i], names_));
  if (const auto value = tracker::value_from_json(config::dump_text(summary)))
    run_->summary(std::get<tracker::Dict>(value->data()));
}

void TrackerHook::finish(Outcome outcome, const std::string& reason) {
  end(outcome == Outcome::kFinished ? tracker::RunState::kFinished : tracker::RunState::kStopped,
      reason);
}

void TrackerHook::fail(const std::string& reason) { end(tracker::RunState::kFailed, reason); }

void TrackerHook::end(tracker::RunState state, const std::string& reason) {
  if (!run_) return;
  const bool delivered = run_->finish(state, reason);
  report_delivery();
  if (!delivered && !trouble_said_) {
    say_(fmt::format(
        "tracker: not everything is delivered yet; the relay goes on, or run `tracker sync {}`",
        run_->directory().string()));
  }
}

}  // namespace trainer::train
