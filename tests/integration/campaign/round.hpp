#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "integration/campaign/truth.hpp"
#include "integration/campaign/world.hpp"
#include "support/process/process.hpp"

namespace campaign {

struct LoggerSpec {
  Plan plan;
  std::int64_t pause_us = 300;  // after each `batch` rows
  std::uint64_t batch = 1;
  std::uint64_t fork_at = 0;  // row at which it forks a child that logs, too; 0: never
  std::int64_t finish_ms = 3000;
  std::uint64_t ranks = 1;  // processes that write the run together
  enum class Mode { kOnline, kOffline } mode = Mode::kOnline;
  enum class End { kFinish, kAbandon } end = End::kFinish;  // abandoned: it exits without a word
};

// A logging process, or the ranks of one run, and what is known about it.
class Logger {
 public:
  Logger(const World& world, const std::filesystem::path& directory, const std::string& project,
         int number, const LoggerSpec& spec);

  test_support::Process& process() { return *processes_[0]; }
  test_support::Process& rank(std::uint64_t number) { return *processes_[number]; }
  const Ledger& ledger() const { return *ledger_; }
  const LoggerSpec& spec() const { return spec_; }
  std::string run_id() const { return ledger_->head().run_id; }
  std::filesystem::path spool() const { return ledger_->head().directory; }
  // Of 0 to 1, of its own rows.
  double progress() const;

  // What the checker is to expect where the ledger alone does not say so: set by a fault that takes
  // part of a log away.
  std::optional<std::string> state;
  bool log_is_cut = false;  // config, summary and console lines may be missing as well
  bool nothing_arrives = false;

 private:
  LoggerSpec spec_;
  std::unique_ptr<Ledger> ledger_;
  std::vector<std::unique_ptr<test_support::Process>> processes_;  // by rank
};

struct Findings {
  std::uint64_t records = 0, lost = 0, duplicates = 0, wrong = 0, stuck = 0;
  std::vector<std::string> notes;

  bool clean() const { return lost + duplicates + wrong + stuck == 0 && notes.empty(); }
  void note(const std::string& text) {
    if (notes.size() < 20) notes.push_back(text);
  }
};

// A run whose rows in the chunks are still to be counted, when it has been compacted.
struct Uncounted {
  std::string run;
  std::uint64_t rows = 0;  // as exported
  std::string kind;
  std::uint64_t seed = 0;
};

// One round: some loggers, a fault, and what is found afterwards. All chance comes from the seed.
class Round {
 public:
  Round(World& world, const std::string& kind, std::uint64_t seed);
  ~Round();  // ends what is left of its processes

  World& world() { return world_; }
  Findings& findings() { return findings_; }
  const std::string& project() const { return project_; }
  const std::filesystem::path& directory() const { return directory_; }
  std::vector<Uncounted> uncounted() const { return uncounted_; }
  std::filesystem::path spool() const { return directory_ / "spool"; }
  std::vector<std::unique_ptr<Logger>>& loggers() { return loggers_; }

  std::uint64_t below(std::uint64_t n) {
    return std::uniform_int_distribution<std::uint64_t>(0, n - 1)(random_);
  }
  bool coin() { return below(2) == 0; }
  std::chrono::milliseconds some_ms(std::uint64_t from, std::uint64_t to) {
    return std::chrono::milliseconds(from + below(to - from));
  }
  Logger& any() { return *loggers_[below(loggers_.size())]; }

  LoggerSpec some_spec();
  Logger& start(const LoggerSpec& spec);
  void start_some(std::uint64_t most = 3);

  // Until some logger has got on by a random part of its way, or all have ended.
  void go_on();
  // A pause in which the system does what it does.
  void linger(std::chrono::milliseconds time);
  // `strike` at one to `most` random moments.
  void strike(std::uint64_t most, const std::function<void()>& strike);
  // All loggers end by themselves; those that do not are told as stuck.
  void finish_loggers();
  test_support::Result sync(std::vector<std::string> more = {});
  // Relays of this round.
  std::vector<pid_t> relays() const;

  // Runs end and relays leave within a bound; then everything is compared. finish_loggers() and
  // World::heal() come first.
  void check();

 private:
  World& world_;
  const std::string kind_;
  const std::uint64_t seed_;
  const std::string project_;
  std::mt19937_64 random_;
  std::filesystem::path directory_;
  std::vector<std::unique_ptr<Logger>> loggers_;
  Findings findings_;
  std::vector<Uncounted> uncounted_;
};

// Compares what the server has with what `logger` has logged (checker.cpp). Runs that are not
// compacted yet are put into `uncounted`.
void check_run(World& world, const Logger& logger, Findings& findings,
               std::vector<Uncounted>& uncounted);
// Counts how often the chunks hold a run's rows: steps hide what was stored twice. False while its
// frames wait to be compacted.
bool count_rows(World& world, const Uncounted& run, Findings& findings);

}  // namespace campaign
