#include "train/tracker_hook.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <utility>
#include <vector>

#include <tracker/error.hpp>

namespace trainer::train {
namespace {

void say(const std::string& text) { fmt::print(stderr, "{}\n", text); }

}  // namespace

TrackerHook::TrackerHook(tracker::RunSettings settings) {
  try {
    run_ = tracker::Run::start(std::move(settings));
  } catch (const tracker::Error& error) {
    say(fmt::format("tracker: {}; training goes on without it", error.what()));
    return;
  }
  run_->define_metric("train/*", {.step_metric = "train/global_step"});
  run_->define_metric("eval/*", {.step_metric = "train/global_step"});
  run_->define_metric("eval/loss",
                      {.step_metric = "train/global_step", .goal = tracker::Goal::kMinimize});
  run_->define_metric("eval/accuracy",
                      {.step_metric = "train/global_step", .goal = tracker::Goal::kMaximize});
}

std::string TrackerHook::run_name() const { return run_ ? run_->name() : std::string(); }

void TrackerHook::began(const TrainerState&) {
  if (run_) say(fmt::format("run {} of project {}", run_->name(), run_->project()));
  report_delivery();
}

void TrackerHook::stepped(const TrainerState&) { report_delivery(); }

void TrackerHook::report_delivery() {
  if (!run_) return;
  if (!address_said_) {
    if (const std::string url = run_->url(); !url.empty()) {
      say(fmt::format("watch it at {}", url));
      address_said_ = true;
    }
  }
  if (trouble_said_) return;
  const tracker::Delivery delivery = run_->delivery();
  if (delivery == tracker::Delivery::kOffline || delivery == tracker::Delivery::kRefused) {
    say(fmt::format("tracker {}: {}",
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

void TrackerHook::finish(Outcome outcome, const std::string& reason) {
  if (!run_) return;
  const bool delivered = run_->finish(
      outcome == Outcome::kFinished ? tracker::RunState::kFinished : tracker::RunState::kStopped,
      reason);
  report_delivery();
  if (!delivered && !trouble_said_) {
    say(fmt::format(
        "tracker: not everything is delivered yet; the relay goes on, or run `tracker sync {}`",
        run_->directory().string()));
  }
}

}  // namespace trainer::train
