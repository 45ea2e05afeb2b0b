#include "http/api.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "auth/guard.hpp"
#include "http/access_api.hpp"
#include "http/alerts_api.hpp"
#include "http/artifact_edits_api.hpp"
#include "http/artifacts_api.hpp"
#include "http/keys_api.hpp"
#include "http/media_api.hpp"
#include "http/openapi.hpp"
#include "http/run_deletion.hpp"
#include "http/run_edit.hpp"
#include "http/run_ids.hpp"
#include "http/run_json.hpp"
#include "http/run_list.hpp"
#include "http/saved_items_api.hpp"
#include "http/series_body.hpp"
#include "http/series_picture.hpp"
#include "http/session_api.hpp"
#include "query/runs.hpp"
#include "query/series.hpp"
#include "storage/logs.hpp"
#include "storage/migrate.hpp"
#include "storage/runs.hpp"

namespace tracker::http {
namespace {

using auth::Access;
using nlohmann::json;
using storage::SavedKind;

Response get_health(const ApiContext&, const Request&) { return text_response(200, "ok"); }

Response get_ready(const ApiContext& context, const Request&) {
  if (context.draining != nullptr && *context.draining) return text_response(503, "draining");
  try {
    context.database.ping();
    const auto objection = storage::schema_objection(context.database);
    return objection ? text_response(503, *objection) : text_response(200, "ready");
  } catch (const Error& error) {
    return text_response(503, error.what());
  }
}

Response get_metrics(const ApiContext& context, const Request&) {
  if (context.metrics == nullptr) throw Error(ErrorCode::kNotFound, "no metrics are kept here");
  auto response = text_response(200, context.metrics->text());
  response.content_type = metrics::kTextType;
  return response;
}

Response get_server(const ApiContext& context, const Request&) {
  return json_response({{"version", context.version},
                        {"grpc_port", context.grpc_port},
                        {"started_us", context.started_us}});
}

Response get_projects(const ApiContext& context, const Request& request) {
  auto projects = json::array();
  for (const auto& project : storage::list_projects(context.database))
    if (request.guard->sees(project.id)) projects.push_back(project_json(project));
  return json_response({{"projects", std::move(projects)}});
}

// The row first: its version decides whether there is anything to compose.
std::string version_tag(const ApiContext& context, core::RunId id) {
  const auto run = storage::find_run(context.database, id);
  if (!run) throw Error(ErrorCode::kNotFound, fmt::format("no run {}", id.text()));
  return fmt::format("{}-{}", run->version, core::to_text(run->state));
}

Response get_run(const ApiContext& context, const Request& request) {
  const auto id = run_id_of(request);
  const auto tag = version_tag(context, id);
  if (has_etag(request, tag)) return with_etag(request, tag, json_response(nullptr));
  return with_etag(
      request, tag,
      json_response(run_json(query::get_run(context.database, id), context.clock.now_us())));
}

Response get_keys(const ApiContext& context, const Request& request) {
  const auto id = run_id_of(request);
  const auto tag = version_tag(context, id);
  if (has_etag(request, tag)) return with_etag(request, tag, json_response(nullptr));
  auto keys = json::array();
  for (const auto& key : query::list_keys(context.database, id)) keys.push_back(key_json(key));
  return with_etag(request, tag, json_response({{"keys", std::move(keys)}}));
}

Response get_logs(const ApiContext& context, const Request& request) {
  const auto id = run_id_of(request);
  const auto tag = version_tag(context, id);
  storage::LogRange range;
  const auto stream = request.query_value("stream").value_or("stdout");
  if (stream != "stdout" && stream != "stderr") {
    throw Error(ErrorCode::kInvalidArgument, "stream must be stdout or stderr");
  }
  if (stream == "stderr") range.stream = spool::ConsoleStream::kStderr;
  range.from = request.query_number("from", 0, {0, std::size_t{1} << 53});
  range.limit = request.query_number("limit", 1'000, {1, 10'000});
  if (has_etag(request, tag)) return with_etag(request, tag, json_response(nullptr));
  return with_etag(request, tag,
                   json_response(log_json(storage::read_logs(context.database, id, range))));
}

// Of all that the request names.
std::vector<core::RunId> readable_runs(auth::Guard& guard, const query::SeriesRequest& wanted) {
  auto runs = wanted.runs;
  for (const auto& group : wanted.groups)
    runs.insert(runs.end(), group.runs.begin(), group.runs.end());
  return guard.visible(runs);
}

Response post_series(const ApiContext& context, const Request& request) {
  if (request.header("content-type").substr(0, 16) != "application/json") {
    throw Error(ErrorCode::kInvalidArgument, "the body must be application/json");
  }
  auto wanted = parse_series_request(request.body);
  wanted.readable = readable_runs(*request.guard, wanted);
  const bool binary = request.header("accept").find(kSeriesType) != std::string_view::npos;
  // The tag is taken before the data: at worst it is older, and the next request reads again.
  const auto form = !binary ? "j" : wanted.height ? fmt::format("p{}", *wanted.height) : "b";
  const auto tag = fmt::format("{}-{}", query::series_tag(context.database, wanted), form);
  if (has_etag(request, tag)) return with_etag(request, tag, json_response(nullptr));
  const auto answer = query::read_series(context.database, wanted);
  if (!binary) return with_etag(request, tag, json_response(series_json(answer)));
  Response response;
  response.content_type = wanted.height ? kPictureType : kSeriesType;
  response.headers.emplace_back("Cache-Control", "no-cache");
  response.body = wanted.height ? series_picture(answer, *wanted.height) : series_binary(answer);
  return with_etag(request, tag, std::move(response));
}

// Without an upgrade; the socket itself is the connection's business.
Response get_live(const ApiContext&, const Request&) {
  throw Error(ErrorCode::kInvalidArgument, "this is a WebSocket: connect with Upgrade: websocket");
}

struct Entry {
  Method method;
  const char* pattern;
  auth::Needs needs;
  Runs runs;
  Response (*handler)(const ApiContext&, const Request&);
};

// Sorted by path. Who may: docs/access.md.
constexpr Entry kRoutes[] = {
    {Method::kGet, "/api/v1/api-keys", Access::kSignedIn, Runs::kOnWorker, get_api_keys},
    {Method::kPost, "/api/v1/api-keys", Access::kSignedIn, Runs::kOnWorker, post_api_key},
    {Method::kDelete, "/api/v1/api-keys/{key}", Access::kSignedIn, Runs::kOnWorker, delete_api_key},
    {Method::kGet, "/api/v1/artifact-versions", Access::kViewer, Runs::kOnWorker,
     get_artifact_versions},
    {Method::kGet, "/api/v1/artifact-versions/{id}", Access::kViewer, Runs::kOnWorker,
     get_artifact_version},
    {Method::kPatch, "/api/v1/artifact-versions/{id}", Access::kWriter, Runs::kOnWorker,
     patch_artifact_version},
    {Method::kDelete, "/api/v1/artifact-versions/{id}", Access::kWriter, Runs::kOnWorker,
     delete_artifact_version},
    {Method::kPost, "/api/v1/artifact-versions/{id}/aliases", Access::kWriter, Runs::kOnWorker,
     post_artifact_alias},
    {Method::kDelete, "/api/v1/artifact-versions/{id}/aliases/{alias}", Access::kWriter,
     Runs::kOnWorker, delete_artifact_alias},
    {Method::kGet, "/api/v1/artifact-versions/{id}/file", Access::kViewer, Runs::kOnWorker,
     get_artifact_file},
    {Method::kGet, "/api/v1/artifact-versions/{id}/files", Access::kViewer, Runs::kOnWorker,
     get_artifact_files},
    {Method::kGet, "/api/v1/artifact-versions/{id}/lineage", Access::kViewer, Runs::kOnWorker,
     get_artifact_lineage},
    {Method::kPost, "/api/v1/artifact-versions/{id}/restore", Access::kWriter, Runs::kOnWorker,
     restore_artifact_version},
    {Method::kGet, "/api/v1/artifacts", Access::kViewer, Runs::kOnWorker, get_artifacts},
    {Method::kPatch, "/api/v1/artifacts", Access::kWriter, Runs::kOnWorker, patch_artifact},
    {Method::kGet, "/api/v1/audit", Access::kServerAdmin, Runs::kOnWorker, get_audit},
    {Method::kPost, "/api/v1/first-start", Access::kPublic, Runs::kOnWorker, use_first_start},
    {Method::kGet, "/api/v1/keys", Access::kViewer, Runs::kOnWorker, get_keys_of_runs},
    {Method::kGet, "/api/v1/live", Access::kSignedIn, Runs::kOnWorker, get_live},
    {Method::kGet, "/api/v1/media-keys", Access::kViewer, Runs::kOnWorker, get_media_keys},
    {Method::kGet, "/api/v1/members", Access::kViewer, Runs::kOnWorker, get_members},
    {Method::kPost, "/api/v1/members", Access::kProjectAdmin, Runs::kOnWorker, post_member},
    {Method::kDelete, "/api/v1/members", Access::kProjectAdmin, Runs::kOnWorker, delete_member},
    {Method::kGet, "/api/v1/openapi.json", Access::kPublic, Runs::kInline, get_openapi},
    {Method::kGet, "/api/v1/projects", Access::kSignedIn, Runs::kOnWorker, get_projects},
    {Method::kGet, "/api/v1/projects/{project}/reports", Access::kViewer, Runs::kOnWorker,
     of_kind<list_saved_items, SavedKind::kReport>},
    {Method::kPost, "/api/v1/projects/{project}/reports", Access::kWriter, Runs::kOnWorker,
     of_kind<add_saved_item, SavedKind::kReport>},
    {Method::kGet, "/api/v1/projects/{project}/reports/{id}", Access::kViewer, Runs::kOnWorker,
     of_kind<find_saved_item, SavedKind::kReport>},
    {Method::kPut, "/api/v1/projects/{project}/reports/{id}", Access::kWriter, Runs::kOnWorker,
     of_kind<change_saved_item, SavedKind::kReport>},
    {Method::kDelete, "/api/v1/projects/{project}/reports/{id}", Access::kWriter, Runs::kOnWorker,
     of_kind<remove_saved_item, SavedKind::kReport>},
    {Method::kGet, "/api/v1/projects/{project}/views", Access::kViewer, Runs::kOnWorker,
     of_kind<list_saved_items, SavedKind::kView>},
    {Method::kPost, "/api/v1/projects/{project}/views", Access::kWriter, Runs::kOnWorker,
     of_kind<add_saved_item, SavedKind::kView>},
    {Method::kGet, "/api/v1/projects/{project}/views/{id}", Access::kViewer, Runs::kOnWorker,
     of_kind<find_saved_item, SavedKind::kView>},
    {Method::kPut, "/api/v1/projects/{project}/views/{id}", Access::kWriter, Runs::kOnWorker,
     of_kind<change_saved_item, SavedKind::kView>},
    {Method::kDelete, "/api/v1/projects/{project}/views/{id}", Access::kWriter, Runs::kOnWorker,
     of_kind<remove_saved_item, SavedKind::kView>},
    {Method::kGet, "/api/v1/runs", Access::kViewer, Runs::kOnWorker, get_runs},
    {Method::kGet, "/api/v1/runs/facets", Access::kViewer, Runs::kOnWorker, get_run_facets},
    {Method::kGet, "/api/v1/runs/groups", Access::kViewer, Runs::kOnWorker, get_run_groups},
    {Method::kGet, "/api/v1/runs/{id}", Access::kViewer, Runs::kOnWorker, get_run},
    {Method::kPatch, "/api/v1/runs/{id}", Access::kWriter, Runs::kOnWorker, patch_run},
    {Method::kDelete, "/api/v1/runs/{id}", Access::kWriter, Runs::kOnWorker, delete_run},
    {Method::kGet, "/api/v1/runs/{id}/alerts", Access::kViewer, Runs::kOnWorker, get_alerts},
    {Method::kGet, "/api/v1/runs/{id}/artifacts", Access::kViewer, Runs::kOnWorker,
     get_run_artifacts},
    {Method::kGet, "/api/v1/runs/{id}/keys", Access::kViewer, Runs::kOnWorker, get_keys},
    {Method::kGet, "/api/v1/runs/{id}/logs", Access::kViewer, Runs::kOnWorker, get_logs},
    {Method::kGet, "/api/v1/runs/{id}/media", Access::kViewer, Runs::kOnWorker, get_media},
    {Method::kGet, "/api/v1/runs/{id}/media/{sha256}", Access::kViewer, Runs::kOnWorker,
     get_media_content},
    {Method::kPost, "/api/v1/runs/{id}/restore", Access::kWriter, Runs::kOnWorker, restore_run},
    {Method::kPost, "/api/v1/series", Access::kViewer, Runs::kOnWorker, post_series},
    {Method::kGet, "/api/v1/server", Access::kPublic, Runs::kInline, get_server},
    {Method::kGet, "/api/v1/session", Access::kPublic, Runs::kOnWorker, get_session},
    {Method::kPost, "/api/v1/session", Access::kPublic, Runs::kOnWorker, log_in},
    {Method::kDelete, "/api/v1/session", Access::kSignedIn, Runs::kOnWorker, log_out},
    {Method::kPost, "/api/v1/session/password", Access::kSignedIn, Runs::kOnWorker,
     change_password},
    {Method::kGet, "/api/v1/teams", Access::kServerAdmin, Runs::kOnWorker, get_teams},
    {Method::kPost, "/api/v1/teams", Access::kServerAdmin, Runs::kOnWorker, post_team},
    {Method::kDelete, "/api/v1/teams/{team}", Access::kServerAdmin, Runs::kOnWorker, delete_team},
    {Method::kGet, "/api/v1/teams/{team}/projects", Access::kSignedIn, Runs::kOnWorker,
     get_team_projects},
    {Method::kPost, "/api/v1/teams/{team}/users", Access::kServerAdmin, Runs::kOnWorker,
     post_team_user},
    {Method::kDelete, "/api/v1/teams/{team}/users/{user}", Access::kServerAdmin, Runs::kOnWorker,
     delete_team_user},
    {Method::kGet, "/api/v1/users", Access::kServerAdmin, Runs::kOnWorker, get_users},
    {Method::kPost, "/api/v1/users", Access::kServerAdmin, Runs::kOnWorker, post_user},
    {Method::kPost, "/api/v1/users/{user}", Access::kServerAdmin, Runs::kOnWorker, change_user},
    {Method::kGet, "/healthz", Access::kPublic, Runs::kInline, get_health},
    {Method::kGet, "/metrics", Access::kSignedIn, Runs::kOnWorker, get_metrics},
    {Method::kGet, "/readyz", Access::kPublic, Runs::kOnWorker, get_ready},
};

}  // namespace

Router make_router(const ApiContext& context) {
  std::vector<Route> routes;
  for (const auto& entry : kRoutes) {
    const auto handler = [&context, handle = entry.handler](const Request& request) {
      return handle(context, request);
    };
    routes.push_back({entry.method, entry.pattern, entry.needs, entry.runs, handler});
  }
  return Router(
      std::move(routes),
      [&context](const Request& request) { return context.dashboard.serve(request); },
      context.gate);
}

}  // namespace tracker::http
