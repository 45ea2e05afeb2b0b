#include "http/keys_api.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "auth/guard.hpp"
#include "http/run_ids.hpp"
#include "http/run_json.hpp"
#include "query/keys.hpp"
#include "query/run_search.hpp"
#include "query/series.hpp"
#include "storage/runs.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

// The newest runs of a project.
std::vector<core::RunId> newest_of(const ApiContext& context, const Request& request,
                                   const std::string& project) {
  request.guard->project(project);
  const auto limit = request.query_number("newest", 24, {1, query::kMostKeyRuns});
  std::vector<core::RunId> ids;
  const auto id = query::project_named(context.database, project);
  for (const auto& run : storage::list_runs(context.database, id, {.limit = limit, .after = {}}))
    ids.push_back(run.id);
  return ids;
}

}  // namespace

Response get_keys_of_runs(const ApiContext& context, const Request& request) {
  const auto project = request.query_value("project");
  if (project.has_value() == request.query_value("runs").has_value())
    throw Error(ErrorCode::kInvalidArgument,
                "say whose keys: ?runs=ID,ID,… with up to 200 ids, or ?project=NAME");
  const auto ids =
      project ? newest_of(context, request, *project) : request.guard->visible(run_ids_of(request));
  const auto tag = query::series_tag(context.database, {.runs = ids});
  if (has_etag(request, tag)) return with_etag(request, tag, json_response(nullptr));
  auto runs = json::array();
  for (const auto& of : query::list_keys_of(context.database, ids)) {
    auto keys = json::array();
    for (const auto& key : of.keys) keys.push_back(key_json(key));
    runs.push_back({{"run", of.run.text()}, {"keys", std::move(keys)}});
  }
  return with_etag(request, tag, json_response({{"runs", std::move(runs)}}));
}

}  // namespace tracker::http
