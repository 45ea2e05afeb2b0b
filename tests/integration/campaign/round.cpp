#include "integration/campaign/round.hpp"

#include <sys/mount.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include <tracker/error.hpp>

#include "base/uuid.hpp"
#include "spool/layout.hpp"

namespace campaign {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLoggerPatience{60}, kRunPatience{90}, kRelayPatience{20};

}  // namespace

Logger::Logger(const World& world, const fs::path& directory, const std::string& project,
               int number, const LoggerSpec& spec)
    : spec_(spec) {
  const fs::path file = directory / ("ledger-" + std::to_string(number));
  Ledger::create(file, spec.plan);
  ledger_ = std::make_unique<Ledger>(file);
  std::vector<std::string> arguments{
      "--ledger",    file.string(),
      "--project",   project,
      "--name",      "logger-" + std::to_string(number),
      "--relay",     (build_directory() / "bin/tracker-relay").string(),
      "--batch",     std::to_string(spec.batch),
      "--pause-us",  std::to_string(spec.pause_us),
      "--finish-ms", std::to_string(spec.finish_ms),
      "--fork-at",   std::to_string(spec.fork_at)};
  if (spec.mode == LoggerSpec::Mode::kOffline) arguments.emplace_back("--offline");
  if (spec.end == LoggerSpec::End::kAbandon) arguments.emplace_back("--abandon");
  if (spec.ranks > 1) {
    arguments.emplace_back("--run-id");
    arguments.push_back(tracker::base::make_uuid());
  }
  for (std::uint64_t rank = 0; rank < spec.ranks; ++rank) {
    auto words = arguments;
    words.insert(words.end(), {"--writer", std::to_string(rank)});
    processes_.push_back(std::make_unique<test_support::Process>(
        world.program((build_directory() / "tests/campaign_logger").string(), std::move(words),
                      directory / "spool")));
  }
}

double Logger::progress() const {
  const auto& head = ledger_->head();
  return static_cast<double>(head.returned[0]) / static_cast<double>(head.plan.rows);
}

Round::Round(World& world, const std::string& kind, std::uint64_t seed)
    : world_(world),
      kind_(kind),
      seed_(seed),
      project_("round-" + std::to_string(seed) + "-" + std::to_string(::getpid())),
      random_(mix(seed)),
      directory_(world.directory() / project_) {
  fs::create_directories(directory_ / "spool");
}

Round::~Round() {
  loggers_.clear();
  for (const pid_t relay : relays()) ::kill(relay, SIGKILL);
  ::umount2(spool().c_str(), MNT_DETACH);  // of a kind that made it a disk of its own
}

LoggerSpec Round::some_spec() {
  LoggerSpec spec;
  spec.plan.seed = below(1'000'000'000);
  spec.plan.rows = 100 + below(900);
  spec.plan.keys = 1 + below(6);
  spec.plan.console_every = coin() ? 10 + below(40) : 0;
  spec.batch = 1 + below(8);
  // In all between a tenth and half of a second.
  spec.pause_us =
      static_cast<std::int64_t>((100'000 + below(400'000)) * spec.batch / spec.plan.rows);
  spec.finish_ms = coin() ? 0 : 3000;
  return spec;
}

Logger& Round::start(const LoggerSpec& spec) {
  loggers_.push_back(std::make_unique<Logger>(world_, directory_, project_,
                                              static_cast<int>(loggers_.size()), spec));
  return *loggers_.back();
}

void Round::start_some(std::uint64_t most) {
  const std::uint64_t count = 1 + below(most);
  for (std::uint64_t i = 0; i < count; ++i) start(some_spec());
}

void Round::go_on() {
  Logger& logger = any();
  const double goal = logger.progress() + static_cast<double>(below(500)) / 1000;
  await([&] { return logger.progress() >= std::min(goal, 1.0) || !logger.process().running(); },
        std::chrono::seconds(20));
}

void Round::linger(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }

void Round::strike(std::uint64_t most, const std::function<void()>& strike) {
  const std::uint64_t times = 1 + below(most);
  for (std::uint64_t i = 0; i < times; ++i) {
    go_on();
    strike();
  }
}

void Round::finish_loggers() {
  for (const auto& logger : loggers_) {
    for (std::uint64_t rank = 0; rank < logger->spec().ranks; ++rank) {
      test_support::Process& process = logger->rank(rank);
      try {
        process.wait(kLoggerPatience);
      } catch (const std::exception& error) {
        ++findings_.stuck;
        findings_.note(std::string("a logger does not end: ") + error.what());
        process.kill(SIGKILL);
        process.wait();
      }
    }
  }
}

test_support::Result Round::sync(std::vector<std::string> more) {
  more.insert(more.begin(), "sync");
  more.push_back(spool().string());
  return test_support::run(
      world_.program((build_directory() / "bin/tracker").string(), std::move(more), spool()));
}

std::vector<pid_t> Round::relays() const {
  std::vector<pid_t> found;
  const std::string mark = directory_.string() + "/";
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/proc", none)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ostringstream line;
    line << std::ifstream(entry.path() / "cmdline").rdbuf();
    if (line.str().find("tracker-relay") != std::string::npos &&
        line.str().find(mark) != std::string::npos &&
        line.str().find("campaign_logger") == std::string::npos)
      found.push_back(std::stoi(name));
  }
  return found;
}

void Round::check() {
  const auto settled = [&] {
    std::map<std::string, std::vector<std::string>> runs;
    for (auto& row : world_.query(
             "SELECT r.id::text, r.state, count(w.id), count(w.end_state) FROM run r JOIN project "
             "p ON p.id = r.project_id JOIN writer_stream w ON w.run_id = r.id WHERE p.name = '" +
             project_ + "' GROUP BY 1, 2"))
      runs[row[0]] = row;
    for (const auto& logger : loggers_) {
      if (logger->run_id().empty() || logger->nothing_arrives) continue;
      const auto found = runs.find(logger->run_id());
      if (found == runs.end()) return false;
      std::uint64_t writers = 1;
      for (std::uint64_t w = 1; w < kWriters; ++w)
        if (logger->ledger().head().returned[w] > 0) ++writers;
      const auto& row = found->second;
      if (row[1] == "1" || std::stoull(row[2]) < writers || row[2] != row[3]) return false;
    }
    return true;
  };
  if (!await(settled, kRunPatience)) {
    ++findings_.stuck;
    findings_.note("runs did not come to their end within the bound");
  }
  for (const auto& logger : loggers_) {
    try {
      check_run(world_, *logger, findings_, uncounted_);
    } catch (const tracker::Error& error) {
      ++findings_.wrong;
      findings_.note("run " + logger->run_id() + ": " + error.what() + " (" + error.detail() + ")");
    }
  }
  for (Uncounted& run : uncounted_) {
    run.kind = kind_;
    run.seed = seed_;
  }
  const auto quarantined = world_.query(
      "SELECT q.reason FROM frame_quarantine q JOIN writer_stream w ON w.id = q.stream_id JOIN run "
      "r "
      "ON r.id = w.run_id JOIN project p ON p.id = r.project_id WHERE p.name = '" +
      project_ + "'");
  findings_.wrong += quarantined.size();
  for (const auto& row : quarantined) findings_.note("quarantined: " + row[0]);
  if (!await([&] { return relays().empty(); }, kRelayPatience)) {
    ++findings_.stuck;
    findings_.note("a relay does not leave");
  }
}

}  // namespace campaign
