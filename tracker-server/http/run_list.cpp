#include "http/run_list.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "auth/guard.hpp"
#include "filter/ast.hpp"
#include "http/numbers.hpp"
#include "http/run_json.hpp"
#include "query/run_search.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

std::string shown_project(const Request& request) {
  const auto project = request.query_value("project");
  if (!project || project->empty())
    throw Error(ErrorCode::kInvalidArgument, "say whose runs: ?project=NAME");
  request.guard->project(*project);
  return *project;
}

std::string query_text(const Request& request, const char* name) {
  return request.query_value(name).value_or("");
}

json value_json(const storage::SortValue& value) {
  if (const auto* number_value = std::get_if<double>(&value)) return number(*number_value);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return nullptr;
}

Response query_error(const filter::QueryError& error) {
  auto response = error_response(error.code(), error.what());
  auto body = json::parse(response.body);
  body["error"]["part"] = error.part();
  body["error"]["position"] = error.position();
  response.body = body.dump();
  return response;
}

// The tag is of the answer itself: it saves sending what the page has already.
Response tagged(const Request& request, const json& body) {
  auto response = json_response(body);
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char c : response.body) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return with_etag(request, fmt::format("{:016x}", hash), std::move(response));
}

json facet_json(const std::string& field, const storage::Facet& facet) {
  auto values = json::array();
  for (const auto& value : facet.values)
    values.push_back({{"value", value_json(value.value)}, {"runs", value.runs}});
  return {{"field", field},
          {"runs", facet.runs},
          {"values", std::move(values)},
          {"other", facet.other},
          {"min", number_or_null(facet.min)},
          {"max", number_or_null(facet.max)}};
}

json group_json(const storage::RunGroup& group) {
  auto by = json::array(), metrics = json::array();
  for (const auto& value : group.by) by.push_back(value_json(value));
  for (const auto& metric : group.metrics)
    metrics.push_back({{"n", metric.n},
                       {"mean", number_or_null(metric.mean)},
                       {"std", number_or_null(metric.std)},
                       {"min", number_or_null(metric.min)},
                       {"max", number_or_null(metric.max)}});
  return {{"by", std::move(by)}, {"runs", group.runs}, {"metrics", std::move(metrics)}};
}

}  // namespace

Response get_runs(const ApiContext& context, const Request& request) {
  query::RunListRequest wanted;
  wanted.project = shown_project(request);
  wanted.limit = request.query_number("limit", wanted.limit, {1, 1'000});
  wanted.cursor = query_text(request, "cursor");
  wanted.filter = query_text(request, "filter");
  wanted.sort = query_text(request, "sort");
  try {
    const auto list = query::list_runs(context.database, wanted);
    auto runs = json::array();
    for (const auto& run : list.runs) runs.push_back(run_json(run, context.clock.now_us()));
    return tagged(request,
                  {{"runs", std::move(runs)},
                   {"next_cursor", list.next_cursor ? json(*list.next_cursor) : json(nullptr)},
                   {"unknown_fields", list.unknown_fields}});
  } catch (const filter::QueryError& error) {
    return query_error(error);
  }
}

Response get_run_facets(const ApiContext& context, const Request& request) {
  try {
    const auto answer = query::facets(
        context.database,
        {shown_project(request), query_text(request, "filter"), query_text(request, "fields")});
    auto fields = json::array();
    for (std::size_t i = 0; i < answer.fields.size(); ++i)
      fields.push_back(facet_json(answer.fields[i], answer.facets.fields[i]));
    return tagged(request, {{"runs", answer.facets.runs},
                            {"fields", std::move(fields)},
                            {"unknown_fields", answer.facets.unknown_fields}});
  } catch (const filter::QueryError& error) {
    return query_error(error);
  }
}

Response get_run_groups(const ApiContext& context, const Request& request) {
  try {
    const auto answer = query::groups(context.database,
                                      {shown_project(request), query_text(request, "filter"),
                                       query_text(request, "by"), query_text(request, "metrics")});
    auto groups = json::array();
    for (const auto& group : answer.groups.groups) groups.push_back(group_json(group));
    return tagged(request, {{"by", answer.by},
                            {"metrics", answer.metrics},
                            {"groups", std::move(groups)},
                            {"more", answer.groups.more == storage::More::kYes},
                            {"unknown_fields", answer.groups.unknown_fields}});
  } catch (const filter::QueryError& error) {
    return query_error(error);
  }
}

}  // namespace tracker::http
