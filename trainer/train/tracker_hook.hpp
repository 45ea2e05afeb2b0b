#pragma once

#include <memory>
#include <string>

#include <tracker/run.hpp>

#include "train/evaluation_report.hpp"
#include "train/hooks.hpp"

namespace trainer::train {

// Sends the rows to the experiment tracker. Nothing the tracker does disturbs training: when a run
// cannot be started it says so in one line and does nothing from then on; offline or refused is
// said once. The run's address is printed when the server has given it. An evaluation's confusion
// matrix, table of classes and worst rows go into the run's summary, as long as they are small.
// Destroyed while an exception is in flight, the run is marked as failed.
class TrackerHook : public Hook {
 public:
  // Starts the run; `settings.name` may be empty.
  TrackerHook(tracker::RunSettings settings, EvaluationNames names, Say say);

  void began(const TrainerState& state) override;
  void stepped(const TrainerState& state) override;
  void logged(const Row& row) override;
  void evaluated(const Evaluation& evaluation) override;

  // Null when there is no run. Whoever keeps it ends what it does with it before finish().
  const std::shared_ptr<tracker::Run>& run() const noexcept { return run_; }
  // After the model is saved: ends the run and waits a while for the server.
  void finish(Outcome outcome, const std::string& reason);
  // Ends the run as failed.
  void fail(const std::string& reason);

 private:
  void report_delivery();
  void end(tracker::RunState state, const std::string& reason);

  EvaluationNames names_;
  Say say_;
  std::shared_ptr<tracker::Run> run_;
  bool address_said_ = false;
  bool trouble_said_ = false;
};

}  // namespace trainer::train
