#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "api/fine_tune.hpp"
#include "config/error.hpp"
#include "support/temp_directory.hpp"
#include "trainer/api/api_model.hpp"

// Fine-tuning of a tiny model on rows in memory.
namespace trainer {

inline std::string contents(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// Keeps what it is told, and does something after a step.
class NoteTaker : public train::Hook {
 public:
  NoteTaker(std::vector<std::string>& lines, std::function<void(std::int64_t)> after_step)
      : lines_(lines), after_step_(std::move(after_step)) {}
  void noted(const std::string& line) override { lines_.push_back(line); }
  void stepped(const train::TrainerState& state) override { after_step_(state.global_step); }

 private:
  std::vector<std::string>& lines_;
  std::function<void(std::int64_t)> after_step_;
};

class FineTuneTest : public testing::Test {
 protected:
  FineTuneTest() { test::make_model(folder_.path() / "model"); }

  FineTuneOptions options(const std::string& output) {
    FineTuneOptions o;
    o.model = (folder_.path() / "model").string();
    o.output_dir = (folder_.path() / output).string();
    o.report_to = "none";
    o.token_cache.off = true;
    o.dtype = "float32";
    o.max_steps = 8;
    o.batch_size = 4;
    o.learning_rate = 5e-3;
    o.logging_steps = 1;
    o.save_strategy = "no";
    return o;
  }

  // Texts whose first word tells the label.
  static data::Dataset rows(std::size_t count,
                            data::ProblemType problem = data::ProblemType::kSingleLabel) {
    data::Dataset out;
    out.problem_type = problem;
    out.label_names = {"bad", "good"};
    for (std::size_t i = 0; i < count; ++i) {
      data::Example row;
      row.text = (i % 2 ? "good " : "bad ") + std::to_string(i % 9);
      const auto mark = static_cast<float>(i % 2);
      if (problem == data::ProblemType::kSingleLabel) row.label = static_cast<std::int64_t>(i % 2);
      if (problem == data::ProblemType::kMultiLabel) row.targets = {mark, 1.0F - mark};
      if (problem == data::ProblemType::kRegression) row.targets = {mark - 0.5F, 0.25F * mark};
      out.rows.push_back(std::move(row));
    }
    out.targets = problem == data::ProblemType::kSingleLabel ? 1 : 2;
    return out;
  }

  FineTuned run(const FineTuneOptions& o, FineTuneRows data, std::int64_t stop_after = 0) {
    std::atomic<bool> stop{false};
    FineTuneWatch watch;
    watch.stop = &stop;
    watch.hooks.push_back(
        std::make_unique<NoteTaker>(lines_, [&](std::int64_t step) { stop = step == stop_after; }));
    return fine_tune(o, std::move(data), std::move(watch));
  }

  std::string refusal(const FineTuneOptions& o, FineTuneRows data) {
    try {
      run(o, std::move(data));
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing was refused";
  }

  tracker::test::TempDirectory folder_;
  std::vector<std::string> lines_;
};

}  // namespace trainer
