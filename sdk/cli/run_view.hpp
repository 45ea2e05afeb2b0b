#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tracker/v1/runs.pb.h"

// Runs and projects as the command line shows them.
namespace tracker::cli {

// "running", "finished", "failed", "crashed", "stopped"; "unknown" for a state newer than this
// program.
std::string state_name(v1::RunState state);

// Seconds from start to end; to `now_us` for a run that is live.
double duration_s(const v1::Run& run, std::int64_t now_us);

// {"id","name","project","state","created_at","duration_s","tags","config","summary"}: what scripts
// rely on.
nlohmann::ordered_json run_json(const v1::Run& run, std::int64_t now_us);

// A table for people: NAME STATE CREATED DURATION TAGS, then the first summary values.
std::string run_table(const std::vector<v1::Run>& runs, std::int64_t now_us);
// One run in full, a line for each thing that is known.
std::string run_details(const v1::Run& run, std::int64_t now_us);

// [{"by":{field:value|null},"runs":N,"metrics":{field:{"n","mean","std","min","max"}}}]: numbers
// that are absent are null.
nlohmann::ordered_json groups_json(const v1::GroupRunsResponse& groups);
// A table for people: the fields, RUNS, then "mean ± std [min, max]" of each metric.
std::string group_table(const v1::GroupRunsResponse& groups);

// Columns padded to their widest cell, two spaces between; the last is not padded. All rows have
// equal size.
std::string aligned(std::vector<std::vector<std::string>> rows);

}  // namespace tracker::cli
