#pragma once

#include <string>
#include <vector>

#include "filter/ast.hpp"
#include "query/runs.hpp"
#include "storage/run_groups.hpp"

// The run query as the edges ask it: texts in, answers out. Meaning: docs/query-language.md. Each
// function blocks on the database. Errors: filter::QueryError for a text that is not of the
// language, Error(kNotFound) for a project that is not there, kResourceExhausted for a question
// that takes the database too long, kUnavailable.
namespace tracker::query {

// What list_runs does when there is a filter or a sort.
RunList search_runs(storage::Database& database, const RunListRequest& request);

struct FacetsRequest {
  std::string project, filter;
  std::string fields;  // separated by commas, at most 16
};
struct FacetsAnswer {
  std::vector<std::string> fields;  // as written
  storage::Facets facets;
};
FacetsAnswer facets(storage::Database& database, const FacetsRequest& request);

struct GroupsRequest {
  std::string project, filter;
  std::string by;       // separated by commas, 1 to 4
  std::string metrics;  // likewise, at most 16
};
struct GroupsAnswer {
  std::vector<std::string> by, metrics;  // as written
  storage::RunGroups groups;
};
GroupsAnswer groups(storage::Database& database, const GroupsRequest& request);

// Throws Error(kNotFound).
core::ProjectId project_named(storage::Database& database, const std::string& name);

}  // namespace tracker::query
