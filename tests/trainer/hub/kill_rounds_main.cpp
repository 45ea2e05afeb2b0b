// hub_kill_rounds [--rounds N] [--seed S] [--tool PROGRAM]: see kill_rounds.hpp. Exit code 1 when a
// round went wrong; `--rounds 1 --seed S` is that round again.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "kill_rounds.hpp"
#include "support/directories.hpp"

int main(int argc, char** argv) {
  trainer::hub::KillRounds options{.rounds = 100, .tool = TRACKER_BINARY_DIR "/tests/hub_tool"};
  CLI::App app("downloads that are killed");
  app.add_option("--rounds", options.rounds)->capture_default_str();
  app.add_option("--seed", options.seed)->capture_default_str();
  app.add_option("--tool", options.tool)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const trainer::hub::KillReport report = trainer::hub::run_kill_rounds(options);
  fmt::print(
      "{} rounds, {} processes killed, {} downloads continued, {} from the start, {} wrong\n{}",
      report.rounds, report.kills, report.resumed, report.from_start, report.wrong,
      report.failures);
  return report.wrong == 0 ? 0 : 1;
}
