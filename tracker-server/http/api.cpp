#include "http/api.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "http/artifacts_api.hpp"
#include "http/compression.hpp"
#include "http/keys_api.hpp"
#include "http/openapi.hpp"
#include "http/run_deletion.hpp"
#include "http/run_json.hpp"
#include "http/run_list.hpp"
#include "http/series_body.hpp"
#include "http/series_picture.hpp"
#include "query/runs.hpp"
#include "query/series.hpp"
#include "storage/logs.hpp"
#include "storage/migrate.hpp"
#include "storage/runs.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

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

Response get_projects(const ApiContext& context, const Request&) {
  auto projects = json::array();
  for (const auto& project : storage::list_projects(context.database))
    projects.push_back(project_json(project));
  return json_response({{"projects", std::move(projects)}});
}

core::RunId run_id(const Request& request) {
  return core::RunId::from_text(request.parameters.at("id"));
}

// The row first: its version decides whether there is anything to compose.
std::string version_tag(const ApiContext& context, core::RunId id) {
  const auto run = storage::find_run(context.database, id);
  if (!run) throw Error(ErrorCode::kNotFound, fmt::format("no run {}", id.text()));
  return fmt::format("{}-{}", run->version, core::to_text(run->state));
}

Response get_run(const ApiContext& context, const Request& request) {
  const auto id = run_id(request);
  const auto tag = version_tag(context, id);
  if (has_etag(request, tag)) return with_etag(request, tag, json_response(nullptr));
  return with_etag(
      request, tag,
      json_response(run_json(query::get_run(context.database, id), context.clock.now_us())));
}

Response get_keys(const ApiContext& context, const Request& request) {
  const auto id = run_id(request);
  const auto tag = version_tag(context, id);
  if (has_etag(request, tag)) return with_etag(request, tag, json_response(nullptr));
  auto keys = json::array();
  for (const auto& key : query::list_keys(context.database, id)) keys.push_back(key_json(key));
  return with_etag(request, tag, json_response({{"keys", std::move(keys)}}));
}

Response get_logs(const ApiContext& context, const Request& request) {
  const auto id = run_id(request);
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

Response post_series(const ApiContext& context, const Request& request) {
  if (request.header("content-type").substr(0, 16) != "application/json") {
    throw Error(ErrorCode::kInvalidArgument, "the body must be application/json");
  }
  const auto wanted = parse_series_request(request.body);
  const bool binary = request.header("accept").find(kSeriesType) != std::string_view::npos;
  // The tag is taken before the data: at worst it is older, and the next request reads again.
  const auto form = !binary ? "j" : wanted.height ? fmt::format("p{}", *wanted.height) : "b";
  const auto tag = fmt::format("{}-{}", query::series_tag(context.database, wanted), form);
  if (has_etag(request, tag)) return with_etag(request, tag, json_response(nullptr));
  const auto answer = query::read_series(context.database, wanted);
  if (!binary) return with_etag(request, tag, json_response(series_json(answer)));
  Response response;
  response.content_type = kSeriesType;
  response.headers.emplace_back("Cache-Control", "no-cache");
  if (!wanted.height) {
    response.body = series_binary(answer);
    return with_etag(request, tag, std::move(response));
  }
  response.body = series_picture(answer, *wanted.height);
  return compressed(request, with_etag(request, tag, std::move(response)));
}

// Without an upgrade; the socket itself is the connection's business.
Response get_live(const ApiContext&, const Request&) {
  throw Error(ErrorCode::kInvalidArgument, "this is a WebSocket: connect with Upgrade: websocket");
}

struct Entry {
  Method method;
  const char* pattern;
  Runs runs;
  Response (*handler)(const ApiContext&, const Request&);
};

// Sorted by path.
constexpr Entry kRoutes[] = {
    {Method::kGet, "/api/v1/artifact-versions", Runs::kOnWorker, get_artifact_versions},
    {Method::kGet, "/api/v1/artifact-versions/{id}", Runs::kOnWorker, get_artifact_version},
    {Method::kGet, "/api/v1/artifact-versions/{id}/file", Runs::kOnWorker, get_artifact_file},
    {Method::kGet, "/api/v1/artifact-versions/{id}/files", Runs::kOnWorker, get_artifact_files},
    {Method::kGet, "/api/v1/artifact-versions/{id}/lineage", Runs::kOnWorker, get_artifact_lineage},
    {Method::kGet, "/api/v1/artifacts", Runs::kOnWorker, get_artifacts},
    {Method::kGet, "/api/v1/keys", Runs::kOnWorker, get_keys_of_runs},
    {Method::kGet, "/api/v1/live", Runs::kInline, get_live},
    {Method::kGet, "/api/v1/openapi.json", Runs::kInline, get_openapi},
    {Method::kGet, "/api/v1/projects", Runs::kOnWorker, get_projects},
    {Method::kGet, "/api/v1/runs", Runs::kOnWorker, get_runs},
    {Method::kGet, "/api/v1/runs/facets", Runs::kOnWorker, get_run_facets},
    {Method::kGet, "/api/v1/runs/groups", Runs::kOnWorker, get_run_groups},
    {Method::kGet, "/api/v1/runs/{id}", Runs::kOnWorker, get_run},
    {Method::kDelete, "/api/v1/runs/{id}", Runs::kOnWorker, delete_run},
    {Method::kGet, "/api/v1/runs/{id}/artifacts", Runs::kOnWorker, get_run_artifacts},
    {Method::kGet, "/api/v1/runs/{id}/keys", Runs::kOnWorker, get_keys},
    {Method::kGet, "/api/v1/runs/{id}/logs", Runs::kOnWorker, get_logs},
    {Method::kPost, "/api/v1/runs/{id}/restore", Runs::kOnWorker, restore_run},
    {Method::kPost, "/api/v1/series", Runs::kOnWorker, post_series},
    {Method::kGet, "/api/v1/server", Runs::kInline, get_server},
    {Method::kGet, "/healthz", Runs::kInline, get_health},
    {Method::kGet, "/metrics", Runs::kInline, get_metrics},
    {Method::kGet, "/readyz", Runs::kOnWorker, get_ready},
};

}  // namespace

Router make_router(const ApiContext& context) {
  std::vector<Route> routes;
  for (const auto& entry : kRoutes) {
    const auto handler = [&context, handle = entry.handler](const Request& request) {
      return handle(context, request);
    };
    routes.push_back({entry.method, entry.pattern, entry.runs, handler});
  }
  return Router(std::move(routes),
                [&context](const Request& request) { return context.dashboard.serve(request); });
}

}  // namespace tracker::http
