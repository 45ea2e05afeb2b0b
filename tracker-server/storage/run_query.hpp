#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/ids.hpp"
#include "filter/ast.hpp"
#include "storage/database.hpp"

// Runs of a project that a filter takes, in an order, a page at a time. Meaning:
// docs/query-language.md; how it is found: docs/storage.md, Run attributes. Errors: Error(
// kInvalidArgument) for a pattern that PostgreSQL refuses, kUnavailable, kResourceExhausted when it
// takes too long.
namespace tracker::storage {

// A run's value of a sort field: missing, a number, a text.
using SortValue = std::variant<std::monostate, double, std::string>;

// Where a page ended.
struct RunPosition {
  std::vector<SortValue> values;  // one a sort key
  std::int32_t no = 0;            // of the run
};

struct RunQuery {
  core::ProjectId project;
  filter::Node filter;
  std::vector<filter::SortKey> sort;  // not empty
  std::int64_t now_us = 0;            // the end of runs that are live
  std::size_t limit = 200;
  std::optional<RunPosition> after;
};

// How a page was found. kFew: the runs of one selective term, looked at one by one. kWalk: the sort
// index from where the page begins, each run looked at, for as long as matches are frequent.
// kScan: merged over all runs.
enum class QueryPlan { kFew, kWalk, kScan };

struct FoundRuns {
  std::vector<core::RunId> runs;
  std::optional<RunPosition> next;  // absent on the last page
  std::vector<std::string> unknown_fields;
  QueryPlan plan = QueryPlan::kScan;
};

struct RunQueryLimits {
  std::size_t few = 2'000;  // runs of a term that are looked at one by one
  std::size_t walk =
      2'000;  // runs that a walk looks at before it gives up, at least 8 pages; 0: none
  std::size_t walk_on = 12'000;  // after which a walk that found some is expected to have the page
  int timeout_ms = 5'000;        // a statement
};

FoundRuns query_runs(Database& database, const RunQuery& query, const RunQueryLimits& limits = {});

// Whether PostgreSQL takes the regular expression.
bool is_pattern(Database& database, const std::string& pattern);

}  // namespace tracker::storage
