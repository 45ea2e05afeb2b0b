#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "train/evaluation.hpp"
#include "train/state.hpp"

namespace trainer::train {

enum class Outcome { kFinished, kStopped };

// Tells people a line. Hooks that have something to say take one, so that it does not tear the
// progress line of another.
using Say = std::function<void(const std::string&)>;

// Something that watches training: the metrics file, the tracker, the progress line. Called on the
// training thread, in the order in which they were given. What a hook throws ends training, so a
// hook whose failure must not, catches.
class Hook {
 public:
  virtual ~Hook() = default;
  virtual void began(const TrainerState&) {}
  virtual void stepped(const TrainerState&) {}  // after every optimizer step
  virtual void logged(const Row&) {}            // a row of metrics
  // After its row was logged, and once more for the model that is loaded at the end, which may be
  // an earlier step's.
  virtual void evaluated(const Evaluation&) {}
  virtual void saved(const TrainerState&, const std::filesystem::path&) {}  // a checkpoint is there
  virtual void noted(const std::string&) {}  // a line for people: trouble, an early end
  virtual void ended(const TrainerState&, Outcome) {}
};

}  // namespace trainer::train
