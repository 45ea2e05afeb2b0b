// Fine-tunes a model on rows that the program itself has, and asks the result.
//
//   fine_tune MODEL DIRECTORY
//
// MODEL is a hub id or a directory; DIRECTORY receives the trained model, which transformers loads
// too. No tracker is needed; with report_to = "tracker" the run is logged as well.
#include "api/fine_tune.hpp"

#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include "api/text_classifier.hpp"

namespace {

trainer::data::Dataset rows(int count, const char* origin) {
  trainer::data::Dataset out;
  out.origin = origin;
  out.label_names = {"bad", "good"};
  for (int i = 0; i < count; ++i) {
    const bool good = i % 2 == 1;
    trainer::data::Example& row = out.rows.emplace_back();
    row.text = (good ? "a good film, number " : "a bad film, number ") + std::to_string(i);
    row.label = good ? 1 : 0;
  }
  return out;
}

class Printer : public trainer::train::Hook {
 public:
  void noted(const std::string& line) override { std::printf("%s\n", line.c_str()); }
  void logged(const trainer::train::Row& row) override {
    for (const auto& [name, value] : row.values) {
      if (name == "train/loss" || name == "eval/accuracy")
        std::printf("step %lld: %s %.4f\n", static_cast<long long>(row.step), name.c_str(), value);
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: fine_tune MODEL DIRECTORY\n");
    return 2;
  }
  try {
    trainer::FineTuneOptions options;
    options.model = argv[1];
    options.output_dir = argv[2];
    options.num_train_epochs = 4;
    options.learning_rate = 1e-3;
    options.logging_steps = 5;
    options.report_to = "none";

    trainer::FineTuneWatch watch;
    watch.hooks.push_back(std::make_unique<Printer>());
    const trainer::FineTuned done = trainer::fine_tune(
        options, {.train = rows(64, "films"), .evaluation = rows(16, "more films")},
        std::move(watch));
    std::printf("saved in %s after %lld steps\n", done.directory.c_str(),
                static_cast<long long>(done.steps));

    const auto classifier = trainer::TextClassifier::load(done.directory.string());
    const std::array<std::string, 1> texts = {"a good film, number 100"};
    for (const trainer::Prediction& said : classifier.predict(texts)) {
      std::printf("%s (%.3f)\n", classifier.labels()[said.label].c_str(),
                  said.probabilities[said.label]);
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
