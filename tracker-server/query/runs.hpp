#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "storage/database.hpp"
#include "storage/runs.hpp"

// Runs as people see them: the row, and the summary composed of what was logged. Each function may
// block on the database. Errors: Error(kNotFound | kInvalidArgument | kFailedPrecondition |
// kUnavailable).
namespace tracker::query {

struct RunView {
  storage::Run run;
  // A JSON object: for every history key its last value, or what define_metric asks for; over it
  // what was logged as summary. Non-finite numbers are the strings "NaN", "Infinity", "-Infinity".
  std::string summary_json;
};

// A page of a project's runs that a filter takes, in an order: docs/query-language.md. Throws
// filter::QueryError for texts that are not of the language.
struct RunList {
  std::vector<RunView> runs;
  std::optional<std::string> next_cursor;   // absent on the last page
  std::vector<std::string> unknown_fields;  // of filter and sort: no run has them
};
struct RunListRequest {
  std::string project;
  std::size_t limit = 200;  // 1 to 1,000
  std::string cursor;       // of the page before; empty for the first
  std::string filter{};     // empty: all
  std::string sort{};       // empty: newest first
};
RunList list_runs(storage::Database& database, const RunListRequest& request);

RunView get_run(storage::Database& database, core::RunId id);
// Those that exist, in the order asked for.
std::vector<RunView> get_runs(storage::Database& database, std::span<const core::RunId> ids);

// By id, or by "project/name" where that is unique: else kFailedPrecondition with the ids that have
// the name.
core::RunId resolve_run(storage::Database& database, std::string_view id_or_name);

// One key of a run with what define_metric says about it.
struct KeyView {
  storage::Key key;
  std::optional<std::string> definition_json;
};
std::vector<KeyView> list_keys(storage::Database& database, core::RunId run);

}  // namespace tracker::query
