// Goes on from a step of another run, and logs more than numbers: what docs/run-semantics.md calls
// a fork, media and alerts.   branch_a_run RUN_ID STEP
#include <cstdio>
#include <cstdlib>
#include <random>
#include <vector>

#include <tracker/error.hpp>
#include <tracker/run.hpp>

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: branch_a_run RUN_ID STEP\n");
    return 2;
  }
  try {
    tracker::RunSettings settings;
    settings.project = "examples";
    settings.fork_from = tracker::RunStep{arguments[1], std::atoll(arguments[2])};
    settings.job_type = "fine-tuning";
    tracker::Run run = tracker::Run::start(settings);

    std::mt19937 random(7);
    std::normal_distribution<double> normal(0, 0.1);
    std::vector<double> weights(1'000);
    for (int i = 0; i < 50; ++i) {
      const double loss = 0.02 + 0.01 * normal(random);
      run.log({{"train/loss", loss}});  // at the steps behind the fork's
      if (i % 10 != 0) continue;
      for (double& weight : weights) weight = normal(random);
      run.log_media("weights/layer0", tracker::histogram(weights));
    }
    run.log_media("eval/examples",
                  tracker::table({{"text", "score"}, {{"a fine film", "dull"}, {0.98, 0.03}}}));
    run.alert("fine-tuning is done", "50 steps behind " + settings.fork_from->run);
    run.finish();
    std::printf("run %s goes on at step %lld\n", run.name().c_str(),
                static_cast<long long>(run.next_step()));
  } catch (const tracker::Error& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
}
