#include <sys/wait.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdio>
#include <cstring>
#include <exception>
#include <thread>

#include <tracker/run.hpp>

#include "integration/campaign/truth.hpp"

// A small program that trains nothing and logs what its ledger says: rows, console lines, config
// and summary. It tells the ledger before and after each call.
namespace {

using campaign::Ledger;
using campaign::Phase;
using campaign::Row;

struct Arguments {
  std::string ledger, project, name, relay, run_id;
  std::uint64_t writer = 0, batch = 1, fork_at = 0;
  std::int64_t pause_us = 0, finish_ms = 0;
  bool offline = false, abandon = false;
};

void log_rows(tracker::Run& run, const Ledger& ledger, std::uint64_t writer, const Arguments& a,
              const std::function<void(std::uint64_t)>& before_row) {
  auto& head = ledger.head();
  const campaign::Plan& plan = head.plan;
  std::vector<std::string> names;
  for (std::uint64_t key = 0; key < plan.keys; ++key) names.push_back(campaign::key_name(key));
  std::vector<tracker::Scalar> scalars;
  std::uint64_t dropped = run.dropped_rows();
  for (std::uint64_t row = 0; row < plan.rows; ++row) {
    before_row(row);
    scalars.clear();
    for (const std::uint64_t key : campaign::keys_of(plan, writer, row))
      scalars.push_back({names[key], campaign::value_of(plan, writer, row, key)});
    ledger.row(writer, row) = Row::kBegun;
    head.begun[writer] = row + 1;
    run.log(scalars, campaign::step_of(writer, row));
    const std::uint64_t now = run.dropped_rows();
    ledger.row(writer, row) = now == dropped ? Row::kReturned : Row::kDropped;
    dropped = now;
    head.returned[writer] = row + 1;
    if (a.pause_us > 0 && (row + 1) % a.batch == 0)
      std::this_thread::sleep_for(std::chrono::microseconds(a.pause_us));
  }
}

void say_line(const Ledger& ledger, std::uint64_t line) {
  ledger.head().lines_begun = line + 1;
  std::puts(campaign::console_line(ledger.head().plan, line).c_str());
  std::fflush(stdout);
  ledger.head().lines_written = line + 1;
}

void finish(tracker::Run& run, const Ledger& ledger, std::uint64_t writer, const Arguments& a) {
  ledger.head().phase[writer] = Phase::kFinishing;
  const std::uint64_t dropped = run.dropped_rows();
  run.finish(tracker::RunState::kFinished, {}, std::chrono::milliseconds(a.finish_ms));
  // On a disk that is full to the end the end itself may be missing.
  if (run.dropped_rows() == dropped) ledger.head().phase[writer] = Phase::kFinished;
}

int child(tracker::Run& run, const Ledger& ledger, std::uint64_t writer, const Arguments& a) {
  ledger.head().pid[writer] = ::getpid();
  log_rows(run, ledger, writer, a, [](std::uint64_t) {});
  finish(run, ledger, writer, a);
  return 0;
}

int parent(tracker::Run& run, const Ledger& ledger, const Arguments& a) {
  auto& head = ledger.head();
  const campaign::Plan& plan = head.plan;
  std::uint64_t line = 0;
  bool is_child = false;
  std::vector<pid_t> children;
  head.pid[a.writer] = ::getpid();
  try {
    log_rows(run, ledger, a.writer, a, [&](std::uint64_t row) {
      if (a.writer == 0 && plan.console_every > 0 && row % plan.console_every == 0)
        say_line(ledger, line++);
      if (row % 64 == 0) run.summary({{"row", static_cast<std::int64_t>(row)}});
      if (a.fork_at == 0 || row != a.fork_at) return;
      const pid_t pid = ::fork();
      if (pid == 0) {
        is_child = true;
        throw std::uint64_t{a.writer + 1};
      }
      children.push_back(pid);
    });
  } catch (const std::uint64_t writer) {
    // In the forked process; its parent's loop is left.
    if (is_child) ::_exit(child(run, ledger, writer, a));
  }
  for (const pid_t pid : children) ::waitpid(pid, nullptr, 0);
  const std::uint64_t dropped = run.dropped_rows();
  run.summary({{"final", std::to_string(plan.seed)}});
  head.summary_dropped = run.dropped_rows() > dropped;
  if (a.abandon) ::_exit(7);
  finish(run, ledger, a.writer, a);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Logs a run of the fault campaign.", "campaign_logger");
  Arguments a;
  app.add_option("--ledger", a.ledger)->required();
  app.add_option("--project", a.project)->required();
  app.add_option("--name", a.name)->required();
  app.add_option("--relay", a.relay);
  app.add_option("--run-id", a.run_id);
  app.add_option("--writer", a.writer, "its rank, where several write one run");
  app.add_option("--batch", a.batch);
  app.add_option("--pause-us", a.pause_us);
  app.add_option("--finish-ms", a.finish_ms);
  app.add_option("--fork-at", a.fork_at);
  app.add_flag("--offline", a.offline);
  app.add_flag("--abandon", a.abandon);
  CLI11_PARSE(app, argc, argv);
  const Ledger ledger(a.ledger);
  try {
    tracker::RunSettings settings;
    settings.project = a.project;
    settings.name = a.name;
    if (!a.run_id.empty()) {
      settings.id = a.run_id;
      settings.rank = static_cast<int>(a.writer);
    }
    settings.relay = a.relay;
    settings.config = {{"seed", std::to_string(ledger.head().plan.seed)}};
    settings.offline = a.offline;
    settings.capture_console = ledger.head().plan.console_every > 0;
    settings.capture_git = false;
    settings.system_interval = std::chrono::milliseconds(0);
    tracker::Run run = tracker::Run::start(settings);
    std::strncpy(ledger.head().run_id, run.id().c_str(), sizeof ledger.head().run_id - 1);
    if (a.writer == 0)
      std::strncpy(ledger.head().directory, run.directory().c_str(),
                   sizeof ledger.head().directory - 1);
    ledger.head().phase[a.writer] = Phase::kStarted;
    return parent(run, ledger, a);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "campaign_logger: %s\n", error.what());
    return 3;
  }
}
