// Logs a run to the tracker: what a C++ program needs to do, and no more. With a server at
// http://127.0.0.1:8080 (or $TRACKER_URL) the run can be watched in the browser while it goes on;
// without one, `tracker sync` delivers it later.
#include <cmath>
#include <cstdio>

#include <tracker/error.hpp>
#include <tracker/run.hpp>

int main() {
  try {
    tracker::RunSettings settings;
    settings.project = "examples";
    settings.tags = {"cpp"};
    settings.config = {
        {"learning_rate", 0.1}, {"steps", 200}, {"model", tracker::Dict{{"layers", 2}}}};
    tracker::Run run = tracker::Run::start(settings);
    std::printf("logging run %s to %s\n", run.name().c_str(), run.directory().c_str());

    run.define_metric("train/loss",
                      {.summary = tracker::Summarize::kMin, .goal = tracker::Goal::kMinimize});
    for (int step = 0; step < 200; ++step) {
      const double loss = std::exp(-0.02 * step) + 0.05 * std::sin(0.5 * step);
      run.log({{"train/loss", loss}, {"train/learning_rate", 0.1 * (1 - step / 200.0)}}, step);
    }
    run.summary({{"best_epoch", 3}});

    if (run.finish())
      std::printf("delivered: %s\n", run.url().c_str());
    else
      std::printf("not delivered yet: %s\n", run.delivery_message().c_str());
  } catch (const tracker::Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
