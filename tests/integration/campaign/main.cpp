#include <sys/mount.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "integration/campaign/faults.hpp"

// The fault campaign: docs/testing.md.
namespace {

using namespace campaign;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kCompaction{90};

struct Options {
  std::uint64_t rounds = 100, seed = 1;
  std::vector<std::string> kinds;
  bool keep_going = false, list = false;
  std::string report;
};

struct Totals {
  std::uint64_t rounds = 0, failed = 0;
  Findings sum;
  double seconds = 0;
};

std::vector<Kind> all_kinds() {
  std::vector<Kind> kinds;
  for (const auto& part : {process_faults(), network_faults(), database_faults(), spool_faults(),
                           protocol_faults(), machine_faults()})
    kinds.insert(kinds.end(), part.begin(), part.end());
  return kinds;
}

std::vector<Kind> wanted_kinds(const std::vector<std::string>& names) {
  std::vector<Kind> kinds = all_kinds();
  if (names.empty()) return kinds;
  std::erase_if(kinds, [&](const Kind& kind) {
    return std::find(names.begin(), names.end(), kind.name) == names.end();
  });
  return kinds;
}

// Laps over the kinds; slow ones take part in every fourth, and a quick one has their place else.
const Kind& kind_of(const std::vector<Kind>& kinds, std::uint64_t seed) {
  const std::uint64_t lap = seed / kinds.size();
  std::uint64_t at = seed % kinds.size();
  if (lap % 4 == 0) return kinds[at];
  for (std::uint64_t i = 0; i < kinds.size() && kinds[at].pace == Kind::Pace::kSlow; ++i)
    at = (at + 1 + lap) % kinds.size();
  return kinds[at];
}

void play(Round& round, const Kind& kind) {
  try {
    const After after = kind.play(round);
    round.finish_loggers();
    round.world().heal();
    if (after == After::kSync) round.sync();
    if (after == After::kSyncAll) round.sync({"--all"});
    round.check();
  } catch (const std::exception& error) {
    ++round.findings().stuck;
    round.findings().note(error.what());
  }
}

std::string keep(const Round& round, const World& world, std::uint64_t seed) {
  const std::filesystem::path kept = "/tmp/fault-campaign-" + std::to_string(seed);
  std::error_code none;
  std::filesystem::remove_all(kept, none);
  std::filesystem::create_directories(kept, none);
  const auto options = std::filesystem::copy_options::recursive;
  std::filesystem::copy(const_cast<Round&>(round).directory(), kept, options, none);
  std::filesystem::copy_file(world.directory() / "server.log", kept / "server.log", none);
  return kept.string();
}

void add(Totals& to, const Findings& findings, double seconds) {
  ++to.rounds;
  to.failed += findings.clean() ? 0 : 1;
  to.sum.records += findings.records;
  to.sum.lost += findings.lost;
  to.sum.duplicates += findings.duplicates;
  to.sum.wrong += findings.wrong;
  to.sum.stuck += findings.stuck;
  to.seconds += seconds;
}

void print_row(const char* name, const Totals& t) {
  std::printf("%-26s %6lu %10lu %6lu %6lu %6lu %6lu %8.1f\n", name, t.rounds, t.sum.records,
              t.sum.lost, t.sum.duplicates, t.sum.wrong, t.sum.stuck, t.seconds);
}

// Runs that were not compacted when their round was checked: what a killed server leaves is found
// by asking the database twice a minute.
void count_the_rest(World& world, const std::vector<Uncounted>& runs,
                    std::map<std::string, Totals>& by_kind, Totals& all) {
  for (const Uncounted& run : runs) {
    Findings findings;
    const bool counted = await([&] { return count_rows(world, run, findings); }, kCompaction);
    if (!counted) {
      ++findings.stuck;
      findings.note("run " + run.run + " is not compacted");
    }
    if (findings.clean()) continue;
    std::printf("FAILED %s, seed %lu, found at the end: %s\n", run.kind.c_str(), run.seed,
                findings.notes.front().c_str());
    for (Totals* totals : {&by_kind[run.kind], &all}) {
      ++totals->failed;
      totals->sum.duplicates += findings.duplicates;
      totals->sum.wrong += findings.wrong;
      totals->sum.stuck += findings.stuck;
    }
  }
}

nlohmann::json json_of(const Totals& t) {
  return {{"rounds", t.rounds},
          {"failed", t.failed},
          {"records", t.sum.records},
          {"lost", t.sum.lost},
          {"duplicates", t.sum.duplicates},
          {"wrong", t.sum.wrong},
          {"stuck", t.sum.stuck},
          {"seconds", t.seconds}};
}

int run(const Options& options) {
  const std::vector<Kind> kinds = wanted_kinds(options.kinds);
  if (kinds.empty()) {
    std::fprintf(stderr, "fault_campaign: no such kind; --list shows them\n");
    return 2;
  }
  const std::uint64_t rounds = options.rounds == 0 ? kinds.size() : options.rounds;
  World world;
  std::map<std::string, Totals> by_kind;
  Totals all;
  std::vector<Uncounted> uncounted;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    const std::uint64_t seed = options.seed + i;
    const Kind& kind = kind_of(kinds, seed);
    const auto began = Clock::now();
    Round round(world, kind.name, seed);
    play(round, kind);
    const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
    for (const Uncounted& run : round.uncounted()) uncounted.push_back(run);
    const Findings& findings = round.findings();
    add(by_kind[kind.name], findings, seconds);
    add(all, findings, seconds);
    if (findings.clean()) {
      std::error_code none;
      ::umount2(round.spool().c_str(), MNT_DETACH);  // if it is a disk of its own
      std::filesystem::remove_all(round.directory(), none);
      continue;
    }
    std::printf("FAILED %s, seed %lu: lost %lu, twice %lu, wrong %lu, stuck %lu\n", kind.name, seed,
                findings.lost, findings.duplicates, findings.wrong, findings.stuck);
    for (const std::string& note : findings.notes) std::printf("  %s\n", note.c_str());
    std::printf("  again: fault_campaign --rounds 1 --seed %lu%s; kept in %s\n", seed,
                options.kinds.empty() ? "" : " with the same --kinds",
                keep(round, world, seed).c_str());
    std::fflush(stdout);
    if (!options.keep_going) break;
  }
  count_the_rest(world, uncounted, by_kind, all);
  std::printf("%-26s %6s %10s %6s %6s %6s %6s %8s\n", "kind", "rounds", "records", "lost", "twice",
              "wrong", "stuck", "seconds");
  nlohmann::json report{{"seed", options.seed}, {"total", json_of(all)}};
  for (const auto& [name, totals] : by_kind) {
    print_row(name.c_str(), totals);
    report["kinds"][name] = json_of(totals);
  }
  print_row("all", all);
  if (!options.report.empty()) std::ofstream(options.report) << report.dump(1) << "\n";
  return all.failed == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Runs the tracker's processes against faults and counts what is lost.",
               "fault_campaign");
  Options options;
  app.add_option("--rounds", options.rounds, "0: one lap over the kinds")->capture_default_str();
  app.add_option("--seed", options.seed, "of the first round; each later one has the next")
      ->capture_default_str();
  app.add_option("--kinds", options.kinds, "only these: a,b")->delimiter(',');
  app.add_flag("--keep-going", options.keep_going, "go on after a round that failed");
  app.add_option("--build", build_directory(), "run the programs of another build tree")
      ->capture_default_str()
      ->type_name("DIR");
  app.add_flag("--list", options.list, "the kinds of faults");
  app.add_option("--report", options.report, "a JSON file with the totals")->type_name("FILE");
  CLI11_PARSE(app, argc, argv);
  if (options.list) {
    for (const Kind& kind : all_kinds()) std::printf("%-26s %s\n", kind.name, kind.what);
    return 0;
  }
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fault_campaign: %s\n", error.what());
    return 1;
  }
}
