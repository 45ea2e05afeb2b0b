#pragma once

#include <chrono>
#include <cstdio>
#include <string>

#include "train/hooks.hpp"

namespace trainer::train {

enum class Style {
  kLines,   // a line for every logged row: for pipes and files
  kBar,     // a line that is drawn again in place, rows above it
  kColour,  // the same in colour
};

// By where stderr leads and by NO_COLOR.
Style style_of_terminal();

// What a person sees of training, on stderr: a bar that is drawn ten times a second at most, and a
// line for every row. A hook, so on the training thread; what cannot be written is lost silently.
class TrainingDisplay : public Hook {
 public:
  explicit TrainingDisplay(Style style);
  void began(const TrainerState& state) override;
  void stepped(const TrainerState& state) override;
  void logged(const Row& row) override;
  void noted(const std::string& text) override;
  void ended(const TrainerState& state, Outcome outcome) override;

 private:
  void draw(const TrainerState& state);
  void clear();

  Style style_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point drawn_;
  std::int64_t first_step_ = 0;
  std::int64_t max_steps_ = 0;
};

// "train/loss 0.5312  eval/accuracy 0.84": the row without the counters a person sees elsewhere.
std::string describe(const Row& row);
// "1:23:45", "2:05"
std::string clock_text(double seconds);

}  // namespace trainer::train
