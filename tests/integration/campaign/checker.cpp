#include <bit>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "integration/campaign/round.hpp"

namespace campaign {
namespace {

using nlohmann::json;

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) ||
         std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// step → key → value, as exported.
using History = std::map<std::int64_t, std::map<std::string, double>>;

History history_of(World& world, const std::string& run) {
  History history;
  auto client = world.client();
  client.history(run, {}, [&](const tracker::cli::HistoryBatch& batch) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      auto& values = history[batch.steps[row]];
      for (const auto& column : batch.columns)
        if (column.present[row]) values[column.key] = column.values[row];
    }
  });
  return history;
}

class RunCheck {
 public:
  RunCheck(World& world, const Logger& logger, Findings& findings)
      : world_(world), logger_(logger), head_(logger.ledger().head()), findings_(findings) {}

  void rows() {
    const History history = history_of(world_, logger_.run_id());
    std::uint64_t known = 0;
    for (std::uint64_t w = 0; w < kWriters; ++w)
      for (std::uint64_t r = 0; r < head_.plan.rows; ++r) known += row(history, w, r);
    if (history.size() > known) wrong(history.size() - known, "steps that nobody logged");
    findings_.records += known;
    exported_ = history.size();
  }
  std::uint64_t exported() const { return exported_; }

  void state() {
    const auto run = world_.client().run(logger_.run_id());
    const std::string state = name_of(run.state());
    if (!expected_states().contains(state))
      wrong(1, "state " + state + " (" + run.end_reason() + ")");
    if (logger_.log_is_cut) return;
    const json config = json::parse(run.config_json()), summary = json::parse(run.summary_json());
    const std::string seed = std::to_string(head_.plan.seed);
    if (config.value("seed", "") != seed) wrong(1, "config " + run.config_json());
    const bool summed = head_.phase[0] >= Phase::kFinishing && !head_.summary_dropped;
    if (summed && summary.value("final", "") != seed) wrong(1, "summary " + run.summary_json());
  }

  void console() {
    if (head_.plan.console_every == 0) return;
    const json answer = json::parse(
        world_.http_get("/api/v1/runs/" + logger_.run_id() + "/logs?stream=stdout&limit=1000"));
    const json& lines = answer.at("lines");
    std::uint64_t n = 0;
    for (const json& line : lines) {
      if (line.at("text") != console_line(head_.plan, n))
        return wrong(1, "console line " + std::to_string(n) + ": " + line.dump());
      ++n;
    }
    findings_.records += n;
    // Lines are taken from a pipe by a thread: of a process that was killed the last may be
    // missing.
    const bool all = head_.phase[0] == Phase::kFinished && !logger_.log_is_cut;
    if (all && n < head_.lines_written) lost(head_.lines_written - n, "console lines");
    if (n > head_.lines_begun) wrong(n - head_.lines_begun, "console lines nobody wrote");
  }

 private:
  // 1 if the row is there.
  std::uint64_t row(const History& history, std::uint64_t writer, std::uint64_t row) {
    const auto found = history.find(step_of(writer, row));
    const Row truth = logger_.ledger().row(writer, row);
    if (found == history.end()) {
      if (truth == Row::kReturned)
        lost(1, "step " + std::to_string(step_of(writer, row)) + " of writer " +
                    std::to_string(writer));
      return 0;
    }
    if (truth == Row::kNone || truth == Row::kDropped)
      wrong(1, "step " + std::to_string(step_of(writer, row)) + " should not be there");
    const auto keys = keys_of(head_.plan, writer, row);
    bool good = keys.size() == found->second.size();
    for (const std::uint64_t key : keys) {
      const auto value = found->second.find(key_name(key));
      good = good && value != found->second.end() &&
             same(value->second, value_of(head_.plan, writer, row, key));
    }
    if (!good) wrong(1, "values of step " + std::to_string(found->first));
    return 1;
  }

  std::set<std::string> expected_states() const {
    if (logger_.state) return {*logger_.state};
    bool finished = true;
    for (std::uint64_t w = 0; w < logger_.spec().ranks; ++w)
      finished = finished && head_.phase[w] == Phase::kFinished;
    if (finished) return {"finished"};
    // Ranks that come when others have ended begin the run anew, so the last ones count.
    if (logger_.spec().ranks > 1 || head_.phase[0] == Phase::kFinishing)
      return {"finished", "crashed"};
    return {"crashed"};
  }

  static std::string name_of(tracker::v1::RunState state) {
    switch (state) {
      case tracker::v1::RUNNING:
        return "running";
      case tracker::v1::FINISHED:
        return "finished";
      case tracker::v1::FAILED:
        return "failed";
      case tracker::v1::CRASHED:
        return "crashed";
      case tracker::v1::STOPPED:
        return "stopped";
      default:
        return "unknown";
    }
  }

  void say(const std::string& what) { findings_.note("run " + logger_.run_id() + ": " + what); }
  void lost(std::uint64_t n, const std::string& what) {
    findings_.lost += n;
    say("lost: " + what);
  }
  void wrong(std::uint64_t n, const std::string& what) {
    findings_.wrong += n;
    say("wrong: " + what);
  }

  World& world_;
  const Logger& logger_;
  const Ledger::Head& head_;
  Findings& findings_;
  std::uint64_t exported_ = 0;
};

}  // namespace

bool count_rows(World& world, const Uncounted& run, Findings& findings) {
  const auto rows = world.query(
      "SELECT sum(acked_offset - sealed_offset), (SELECT coalesce(sum(n), 0) FROM axis_chunk WHERE "
      "run_id = '" +
      run.run + "') FROM writer_stream WHERE run_id = '" + run.run + "'");
  if (rows[0][0] != "0") return false;
  const std::uint64_t stored = std::stoull(rows[0][1]);
  if (stored > run.rows) {
    findings.duplicates += stored - run.rows;
    findings.note("run " + run.run + ": rows stored twice: " + std::to_string(stored - run.rows));
  } else if (stored < run.rows) {
    findings.wrong += run.rows - stored;
    findings.note("run " + run.run +
                  ": rows that no chunk holds: " + std::to_string(run.rows - stored));
  }
  return true;
}

void check_run(World& world, const Logger& logger, Findings& findings,
               std::vector<Uncounted>& uncounted) {
  if (logger.run_id().empty()) return;  // killed, or refused, before it began
  if (logger.nothing_arrives) {
    const auto rows =
        world.query("SELECT count(*) FROM axis_chunk WHERE run_id = '" + logger.run_id() + "'");
    if (rows[0][0] != "0") {
      ++findings.wrong;
      findings.note("run " + logger.run_id() + ": data of a log that cannot be read");
    }
    return;
  }
  RunCheck check(world, logger, findings);
  check.rows();
  check.state();
  check.console();
  const Uncounted rows{logger.run_id(), check.exported(), {}, 0};
  const bool counted =
      await([&] { return count_rows(world, rows, findings); }, std::chrono::milliseconds(1'500));
  if (!counted) uncounted.push_back(rows);
}

}  // namespace campaign
