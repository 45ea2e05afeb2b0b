#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

#include "core/ids.hpp"
#include "core/run_state.hpp"
#include "core/series.hpp"
#include "storage/database.hpp"

// Projects, runs and their keys: reads. (Runs are made by storage/streams.hpp and changed by
// storage/run_changes.hpp.) Deleted ones (storage/deletion.hpp) are not there. Each function is one
// transaction of its own, from any thread. Errors: Error(kUnavailable) when the database is away.
namespace tracker::storage {

struct Project {
  core::ProjectId id;
  std::string name;
  std::int64_t run_count = 0, running_count = 0;
  std::int64_t created_us = 0;
  std::optional<std::int64_t> last_activity_us;  // newest start or data of any run
};

struct Run {
  core::RunId id;
  core::ProjectId project_id;
  std::string project;
  std::string
      name;  // never empty: the first eight characters of the id until the run says its name
  core::RunState state = core::RunState::kRunning;
  std::int64_t created_us = 0;  // when it started
  std::optional<std::int64_t> ended_us;
  std::int64_t last_seen_us = 0;  // last sign of life of any writer
  std::vector<std::string> tags;
  std::string notes, group, job_type;
  std::string config_json, summary_json,
      environment_json;  // objects; summary is what was logged as summary
  std::string end_reason;
  std::uint64_t version = 0;  // rises with every change of the run or its data
};

struct MetricDefinition {
  std::string pattern;  // a key, or a glob with `*`
  std::string json;     // as spool::MetricDefinition
};

struct Key {
  std::string name;
  core::KeyKind kind = core::KeyKind::kHistory;
  core::SeriesStats stats;
};

// kNotFound, in the words that all use for it.
Error no_such_project(std::string_view name);

// Newest activity first.
std::vector<Project> list_projects(Database& database);
std::optional<Project> find_project(Database& database, std::string_view name);
// Without counting its runs.
std::optional<core::ProjectId> find_project_id(Database& database, std::string_view name);

// A page of runs, newest first: ordered by (created_us, id) falling. `after` is the last run of the
// page before.
struct RunPage {
  std::size_t limit = 200;  // at least 1; the caller bounds it
  std::optional<std::pair<std::int64_t, core::RunId>> after;
};
std::vector<Run> list_runs(Database& database, core::ProjectId project, const RunPage& page);

std::optional<Run> find_run(Database& database, core::RunId id);
// Those that exist, in no particular order.
std::vector<Run> find_runs(Database& database, std::span<const core::RunId> ids);
// All runs of that name in the project, newest first; names need not be unique.
std::vector<Run> find_runs_by_name(Database& database, std::string_view project,
                                   std::string_view name);

// Keys of many runs with their statistics as of the last compaction (a few seconds old for a live
// run): what a run table needs. For one run up to the last commit, use RunSnapshot::keys() in
// storage/run_snapshot.hpp.
struct RunKeys {
  core::RunId run;
  std::vector<Key> keys;
};
std::vector<RunKeys> compacted_keys(Database& database, std::span<const core::RunId> runs);

// Of each run that has some, in the order they were made; a later one wins where several match.
using RunDefinitions = std::map<core::RunId, std::vector<MetricDefinition>>;
RunDefinitions metric_definitions(Database& database, std::span<const core::RunId> runs);

}  // namespace tracker::storage
