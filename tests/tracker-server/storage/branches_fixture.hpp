#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "storage/runs.hpp"
#include "storage/series_snapshot.hpp"
#include "store_fixture.hpp"

// Forks and rewinds as programs make them, and what readers then see.
namespace tracker::storage {

inline spool::Frame frame_of(std::vector<spool::Record> records, std::vector<std::int64_t> steps,
                             double value) {
  spool::Frame frame;
  frame.records = std::move(records);
  if (!steps.empty()) {
    const std::vector<double> values(steps.size(), value);
    frame.groups.push_back(make_rows({"loss"}, std::move(steps), values));
  }
  return frame;
}

inline spool::RunStart start_of(const TestWriter& writer) {
  spool::RunStart start;
  start.run_id = writer.run.text();
  start.writer_id = writer.writer.text();
  start.project = writer.project;
  start.name = "run";
  start.started_us = kNow;
  start.environment_json = "{}";
  return start;
}

class BranchesTest : public StoreTest {
 protected:
  TestWriter begin(const std::string& project = "imdb") {
    TestWriter writer = make_writer(*database, core::RunId::random(), project);
    log_frame(*database, writer, frame_of({start_of(writer)}, {}, 0));
    return writer;
  }
  TestWriter fork(core::RunId parent, std::int64_t step) {
    TestWriter writer = make_writer(*database);
    log_frame(*database, writer,
              frame_of({start_of(writer),
                        spool::Branch{spool::BranchKind::kFork, parent.text(), step, kNow}},
                       {}, 0));
    return writer;
  }
  // Another writer of the run, as a program that was started again makes one.
  TestWriter rewind(core::RunId run, std::int64_t step) {
    TestWriter writer = make_writer(*database, run);
    log_frame(*database, writer,
              frame_of({start_of(writer),
                        spool::Branch{spool::BranchKind::kRewind, run.text(), step, kNow}},
                       {}, 0));
    return writer;
  }
  void log(TestWriter& writer, std::vector<std::int64_t> steps, double value) {
    log_frame(*database, writer, frame_of({}, std::move(steps), value));
  }
  void compact(core::RunId run) {
    while (compact_run(*database->pg(), run, {}).more) {
    }
  }
  std::map<std::int64_t, double> history(core::RunId run) {
    const core::Points points = points_of(*database, run, "loss");
    std::map<std::int64_t, double> out;
    for (std::size_t i = 0; i < points.size(); ++i) out[points.steps[i]] = points.values[i];
    return out;
  }
  // As charts read it.
  std::map<std::int64_t, double> chart(core::RunId run) {
    SeriesSnapshot snapshot(*database, std::vector{run}, std::nullopt);
    const Key* key = snapshot.find_key(run, "loss");
    if (key == nullptr) return {};
    SeriesSlice slice;
    slice.run = run;
    slice.key = key;
    slice.form = SeriesSlice::Form::kPoints;
    const auto data = snapshot.read({&slice, 1});
    std::map<std::int64_t, double> out;
    for (std::size_t i = 0; i < data[0].points.size(); ++i)
      out[static_cast<std::int64_t>(data[0].points.x[i])] = data[0].points.y[i];
    return out;
  }
  core::SeriesStats stats(core::RunId run) {
    RunSnapshot snapshot(*database, run);
    return snapshot.find_key("loss")->stats;
  }
  std::string fork_note(core::RunId run) {
    const auto environment = nlohmann::json::parse(find_run(*database, run)->environment_json);
    return environment.at("fork").value("error", "");
  }
};

using History = std::map<std::int64_t, double>;

}  // namespace tracker::storage
