#include <fmt/format.h>

#include <atomic>
#include <csignal>

#include "api/fine_tune.hpp"
#include "cli/commands.hpp"
#include "cli/transfer_display.hpp"
#include "train/training_display.hpp"

namespace trainer::cli {
namespace {

std::atomic<bool> stop_wanted{false};

// The first Ctrl-C (or SIGTERM) ends training after the step at hand; a second one ends the
// process.
void on_signal(int signal) {
  stop_wanted.store(true);
  std::signal(signal, SIG_DFL);
}

// What people read while a run is made ready and trains: the progress of training, once the line
// of the downloads is gone. Signals are training's from its first step on.
class Screen : public train::TrainingDisplay {
 public:
  explicit Screen(TransferDisplay& downloads)
      : train::TrainingDisplay(train::style_of_terminal()), downloads_(downloads) {}

  void began(const train::TrainerState& state) override {
    downloads_.finish();
    std::signal(SIGINT, on_signal);
    std::signal(SIGTERM, on_signal);
    train::TrainingDisplay::began(state);
  }

  void noted(const std::string& text) override {
    downloads_.finish();
    train::TrainingDisplay::noted(text);
  }

 private:
  TransferDisplay& downloads_;
};

std::string summary_line(const FineTuned& done) {
  std::string line = fmt::format("trained in {} at {:.2f} samples/s",
                                 train::clock_text(done.seconds), done.samples_per_second);
  for (std::size_t i = 0; i < std::min<std::size_t>(2, done.evaluation.size()); ++i)
    line += fmt::format(", eval/{} {:.4f}", done.evaluation[i].first, done.evaluation[i].second);
  return line;
}

}  // namespace

int run_train(const TrainArguments& arguments) {
  stop_wanted.store(false);
  TransferDisplay downloads(transfer_style_of_terminal());
  FineTuneWatch watch{.downloads = downloads.progress(), .stop = &stop_wanted};
  watch.hooks.push_back(std::make_unique<Screen>(downloads));
  const FineTuned done = fine_tune(arguments, {}, std::move(watch));
  if (done.outcome == train::Outcome::kStopped) {
    fmt::print(stderr, "stopped; go on with --resume-from-checkpoint {}\n",
               done.directory.string());
    return 1;
  }
  fmt::print(stderr, "model saved in {} and {}\n{}\n", done.directory.string(),
             done.archive.string(), summary_line(done));
  return 0;
}

}  // namespace trainer::cli
