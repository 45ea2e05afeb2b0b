#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "query/series.hpp"
#include "storage/series_tables.hpp"

namespace tracker::query {

std::vector<core::RunId> runs_to_read(const SeriesRequest& request) {
  if (request.readable) return *request.readable;
  std::vector<core::RunId> runs = request.runs;
  for (const RunGroup& group : request.groups)
    runs.insert(runs.end(), group.runs.begin(), group.runs.end());
  return runs;
}

std::string series_tag(storage::Database& database, const SeriesRequest& request) {
  const auto runs = runs_to_read(request);
  std::vector<std::string> parts;
  for (const auto& head : storage::read_heads(*database.pg(), runs))
    parts.push_back(fmt::format("{}:{}", head.id.text(), head.version));
  std::sort(parts.begin(), parts.end());  // they come in no particular order
  for (const core::RunId run : request.runs) parts.push_back(run.text());
  for (const RunGroup& group : request.groups) {
    parts.push_back(fmt::format("group {}:{}", group.name.size(), group.name));
    for (const core::RunId run : group.runs) parts.push_back(run.text());
  }
  for (const auto& key : request.keys) parts.push_back(fmt::format("{}:{}", key.size(), key));
  if (request.smoothing)
    parts.push_back(fmt::format("smooth {} {}", core::to_text(request.smoothing->kind),
                                request.smoothing->parameter));
  parts.push_back(fmt::format("{} {}:{} {} {} {}", to_text(request.x), request.x_metric.size(),
                              request.x_metric, request.width,
                              request.from ? fmt::format("{}", *request.from) : "-",
                              request.to ? fmt::format("{}", *request.to) : "-"));
  std::size_t hash = 0xcbf29ce484222325ULL;
  for (const auto& part : parts) hash = (hash ^ std::hash<std::string>()(part)) * 0x100000001b3ULL;
  return fmt::format("{:016x}", hash);
}

}  // namespace tracker::query
