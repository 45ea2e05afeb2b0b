#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "train/evaluation_report.hpp"
#include "train/loop.hpp"
#include "trainer/models/tiny_model.hpp"

// Runs of the training loop on a tiny model, what they log, and a stop at a chosen step.
namespace trainer::train {

class Recorder : public Hook {
 public:
  explicit Recorder(std::vector<Row>& rows) : rows_(rows) {}
  void logged(const Row& row) override { rows_.push_back(row); }

 private:
  std::vector<Row>& rows_;
};

// Keeps what people are told.
class Listener : public Hook {
 public:
  explicit Listener(std::vector<std::string>& notes) : notes_(notes) {}
  void noted(const std::string& text) override { notes_.push_back(text); }

 private:
  std::vector<std::string>& notes_;
};

// Does something after each step.
class AfterStep : public Hook {
 public:
  explicit AfterStep(std::function<void(std::int64_t)> action) : action_(std::move(action)) {}
  void stepped(const TrainerState& state) override { action_(state.global_step); }

 private:
  std::function<void(std::int64_t)> action_;
};

// Asks for a stop after some step, as Ctrl-C would.
class Stopper : public Hook {
 public:
  Stopper(std::atomic<bool>& stop, std::int64_t step) : stop_(stop), step_(step) {}
  void stepped(const TrainerState& state) override {
    if (state.global_step == step_) stop_ = true;
  }

 private:
  std::atomic<bool>& stop_;
  std::int64_t step_;
};

class LoopTest : public testing::Test {
 protected:
  TrainingOptions options(std::int64_t steps) {
    TrainingOptions o;
    o.max_steps = steps;
    o.batch_size = 4;
    o.logging.steps = 2;
    o.learning_rate = 5e-3;
    o.evaluation.when = When::kNo;
    o.saving.when = When::kNo;
    o.output_directory = folder_.path();
    return o;
  }

  TrainingResult run(models::Classifier& model, const TrainingOptions& o) {
    std::vector<std::unique_ptr<Hook>> hooks;
    hooks.push_back(std::make_unique<Recorder>(rows_));
    hooks.push_back(std::make_unique<Listener>(notes_));
    hooks.push_back(std::make_unique<AfterStep>([this](std::int64_t step) {
      if (step == poison_at_) poisoned_->parameters().masters().fill_(std::nanf(""));
      if (at_step_) at_step_(step);
    }));
    if (reports_)
      hooks.push_back(std::make_unique<EvaluationReport>(
          folder_.path(), EvaluationNames{.classes = classes_}, [](const std::string&) {}));
    if (stop_at_ > 0) hooks.push_back(std::make_unique<Stopper>(stop_, stop_at_));
    return train(
        model,
        {.train = arena_, .evaluation = &arena_, .tokenizer = {}, .fingerprint = fingerprint_}, o,
        hooks, stop_);
  }

  std::vector<double> values(const std::string& key) const {
    std::vector<double> out;
    for (const Row& row : rows_) {
      for (const auto& [name, value] : row.values) {
        if (name == key) out.push_back(value);
      }
    }
    return out;
  }

  tracker::test::TempDirectory folder_;
  data::TokenArena arena_ = test::tiny_arena(18);
  std::string fingerprint_ = "abc";
  std::vector<Row> rows_;
  std::atomic<bool> stop_{false};
  std::int64_t stop_at_ = 0;
  bool reports_ = false;  // write eval_report.json
  const std::vector<std::string> classes_ = {"neg", "pos"};
  std::vector<std::string> notes_;
  std::function<void(std::int64_t)> at_step_;
  // After this step the model's weights are no longer numbers.
  std::int64_t poison_at_ = 0;
  models::Classifier* poisoned_ = nullptr;
};

}  // namespace trainer::train
