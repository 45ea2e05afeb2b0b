#include "query/run_search.hpp"

#include <algorithm>

#include <tracker/error.hpp>

#include "core/clock.hpp"
#include "filter/parse.hpp"
#include "query/run_cursor.hpp"

namespace tracker::query {
namespace {

constexpr std::size_t kMostFields = 16;
constexpr std::size_t kMostGroupFields = 4;

void check_patterns(storage::Database& database, const filter::Node& node, std::string_view text) {
  if (node.kind == filter::Node::Kind::kTerm && node.term.op == filter::Op::kMatch &&
      !storage::is_pattern(database, node.term.pattern))
    throw filter::query_error("filter", text, node.term.at,
                              "this is no regular expression that PostgreSQL takes");
  for (const auto& child : node.children) check_patterns(database, child, text);
}

filter::Node checked_filter(storage::Database& database, const std::string& text,
                            std::int64_t now_us) {
  auto node = filter::parse_filter(text, now_us);
  check_patterns(database, node, text);
  return node;
}

// A statement that was ended for taking too long is the question's fault, not the database's.
template <class Ask>
auto in_time(Ask ask) {
  try {
    return ask();
  } catch (const Error& error) {
    if (error.detail() != "57014") throw;
    throw Error(ErrorCode::kResourceExhausted,
                "the database takes longer than 5 seconds for this: narrow the filter, or use "
                "simpler regular expressions");
  }
}

std::vector<std::string> texts_of(const std::vector<filter::Field>& fields) {
  std::vector<std::string> out;
  for (const auto& field : fields) out.push_back(field.text);
  return out;
}

std::int64_t now() { return core::SystemClock().now_us(); }

}  // namespace

RunList search_runs(storage::Database& database, const RunListRequest& request) {
  const auto query = fingerprint(request.project, request.filter, request.sort);
  storage::RunQuery wanted;
  wanted.now_us = now();
  if (!request.cursor.empty()) {
    auto cursor = parse_cursor(request.cursor);
    if (cursor.query != query)
      throw Error(ErrorCode::kInvalidArgument,
                  "the cursor belongs to another project, filter or sort");
    wanted.now_us = cursor.now_us;
    wanted.after = std::move(cursor.end);
  }
  wanted.filter = checked_filter(database, request.filter, wanted.now_us);
  wanted.sort = filter::parse_sort(request.sort);
  if (wanted.sort.empty()) wanted.sort = filter::parse_sort("-created");
  if (wanted.after && wanted.after->values.size() != wanted.sort.size())
    throw Error(ErrorCode::kInvalidArgument, "the cursor is not one of ours");
  wanted.limit = std::clamp<std::size_t>(request.limit, 1, 1'000);
  wanted.project = project_named(database, request.project);
  auto found = in_time([&] { return storage::query_runs(database, wanted); });
  RunList list;
  list.runs = get_runs(database, found.runs);
  list.unknown_fields = std::move(found.unknown_fields);
  if (found.next) list.next_cursor = format_cursor({query, wanted.now_us, std::move(*found.next)});
  return list;
}

FacetsAnswer facets(storage::Database& database, const FacetsRequest& request) {
  const auto now_us = now();
  const auto fields = filter::parse_fields(request.fields, "fields", kMostFields);
  auto node = checked_filter(database, request.filter, now_us);
  const storage::RunSelection selection{project_named(database, request.project), std::move(node),
                                        now_us};
  return {texts_of(fields),
          in_time([&] { return storage::run_facets(database, selection, fields); })};
}

GroupsAnswer groups(storage::Database& database, const GroupsRequest& request) {
  const auto now_us = now();
  const auto by = filter::parse_fields(request.by, "by", kMostGroupFields);
  if (by.empty()) throw filter::query_error("by", request.by, 0, "expected a field to group by");
  const auto metrics = filter::parse_fields(request.metrics, "metrics", kMostFields);
  for (const auto& metric : metrics)
    if (filter::is_text(metric.source))
      throw filter::query_error("metrics", request.metrics, 0,
                                "`" + metric.text + "` is a text: metrics are numbers");
  auto node = checked_filter(database, request.filter, now_us);
  const storage::RunSelection selection{project_named(database, request.project), std::move(node),
                                        now_us};
  return {texts_of(by), texts_of(metrics),
          in_time([&] { return storage::run_groups(database, selection, by, metrics); })};
}

}  // namespace tracker::query
