#include "query/runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include <tracker/error.hpp>

#include "core/documents.hpp"
#include "core/time.hpp"
#include "query/run_search.hpp"
#include "storage/run_snapshot.hpp"

namespace tracker::query {
namespace {

// Statistics in the tables lag behind by the compaction of the last seconds; runs that showed life
// this shortly before the newest one of the page are read up to their last commit, as long as they
// are few.
constexpr std::int64_t kFreshUs = 2 * core::kMinuteUs;
constexpr std::size_t kFreshRuns = 24;

std::optional<std::pair<std::int64_t, core::RunId>> parse_cursor(const std::string& cursor) {
  if (cursor.empty()) return std::nullopt;
  std::int64_t created = 0;
  const auto* end = cursor.data() + cursor.size();
  const auto parsed = std::from_chars(cursor.data(), end, created);
  const auto rest = parsed.ptr == end ? std::string_view() : std::string_view(parsed.ptr + 1, end);
  const auto id = core::RunId::parse(rest);
  if (parsed.ec != std::errc() || !id) {
    throw Error(ErrorCode::kInvalidArgument,
                "the cursor is not one of ours: take next_cursor of the page before");
  }
  return std::pair(created, *id);
}

std::vector<storage::Key> exact_keys(storage::Database& database, const storage::Run& run) {
  storage::RunSnapshot snapshot(database, run.id);
  return snapshot.keys();
}

std::string summary_of(const storage::Run& run, const std::vector<storage::Key>& keys,
                       const std::vector<storage::MetricDefinition>& defined) {
  std::vector<std::pair<std::string, std::string>> definitions;
  for (const auto& definition : defined) {
    definitions.emplace_back(definition.pattern, definition.json);
  }
  std::vector<core::NamedStats> stats;
  for (const auto& key : keys) {
    if (key.kind == core::KeyKind::kHistory) stats.push_back({key.name, &key.stats});
  }
  return core::fold_summary(run.summary_json, definitions, stats);
}

std::vector<RunView> compose(storage::Database& database, std::vector<storage::Run> runs) {
  std::vector<core::RunId> ids;
  std::int64_t newest = 0;
  for (const auto& run : runs) {
    ids.push_back(run.id);
    newest = std::max(newest, run.last_seen_us);
  }
  std::unordered_map<core::RunId, std::vector<storage::Key>> keys;
  for (auto& entry : storage::compacted_keys(database, ids))
    keys[entry.run] = std::move(entry.keys);
  auto definitions = storage::metric_definitions(database, ids);
  std::size_t fresh = 0;
  std::vector<RunView> views;
  for (auto& run : runs) {
    if (run.last_seen_us + kFreshUs >= newest && ++fresh <= kFreshRuns)
      keys[run.id] = exact_keys(database, run);
    auto summary = summary_of(run, keys[run.id], definitions[run.id]);
    views.push_back({std::move(run), std::move(summary)});
  }
  return views;
}

}  // namespace

core::ProjectId project_named(storage::Database& database, const std::string& name) {
  const auto project = storage::find_project_id(database, name);
  if (project) return *project;
  throw storage::no_such_project(name);
}

RunList list_runs(storage::Database& database, const RunListRequest& request) {
  if (!request.filter.empty() || !request.sort.empty()) return search_runs(database, request);
  const auto after = parse_cursor(request.cursor);
  const auto project = project_named(database, request.project);
  storage::RunPage page;
  const auto limit = std::clamp<std::size_t>(request.limit, 1, 1'000);
  page.limit = limit + 1;  // one more tells whether there is another page
  page.after = after;
  auto runs = storage::list_runs(database, project, page);
  RunList list;
  if (runs.size() > limit) {
    runs.erase(runs.begin() + static_cast<std::ptrdiff_t>(limit), runs.end());
    list.next_cursor = fmt::format("{}_{}", runs.back().created_us, runs.back().id.text());
  }
  list.runs = compose(database, std::move(runs));
  return list;
}

std::vector<RunView> get_runs(storage::Database& database, std::span<const core::RunId> ids) {
  auto runs = storage::find_runs(database, ids);
  std::unordered_map<core::RunId, std::size_t> position;
  for (std::size_t i = 0; i < ids.size(); ++i) position.emplace(ids[i], i);
  std::sort(runs.begin(), runs.end(), [&](const storage::Run& a, const storage::Run& b) {
    return position[a.id] < position[b.id];
  });
  return compose(database, std::move(runs));
}

RunView get_run(storage::Database& database, core::RunId id) {
  auto views = get_runs(database, std::span(&id, 1));
  if (views.empty()) throw Error(ErrorCode::kNotFound, fmt::format("no run {}", id.text()));
  return std::move(views.front());
}

core::RunId resolve_run(storage::Database& database, std::string_view text) {
  if (const auto id = core::RunId::parse(text)) {
    if (storage::find_run(database, *id)) return *id;
    throw Error(ErrorCode::kNotFound, fmt::format("no run {}", id->text()));
  }
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("`{}` is neither a run's id nor project/name", text));
  }
  const auto runs =
      storage::find_runs_by_name(database, text.substr(0, slash), text.substr(slash + 1));
  if (runs.empty()) throw Error(ErrorCode::kNotFound, fmt::format("no run {}", text));
  if (runs.size() > 1) {
    std::string ids;
    for (std::size_t i = 0; i < std::min<std::size_t>(runs.size(), 5); ++i) {
      ids += fmt::format("{}{}", i == 0 ? "" : ", ", runs[i].id.text());
    }
    throw Error(ErrorCode::kFailedPrecondition,
                fmt::format("{} runs are called {}: give an id ({}{})", runs.size(), text, ids,
                            runs.size() > 5 ? ", …" : ""));
  }
  return runs.front().id;
}

std::vector<KeyView> list_keys(storage::Database& database, core::RunId run) {
  std::vector<storage::Key> keys;
  {
    storage::RunSnapshot snapshot(database, run);
    keys = snapshot.keys();
  }
  auto by_run = storage::metric_definitions(database, std::span(&run, 1));
  const auto definitions = std::move(by_run[run]);
  std::vector<KeyView> views;
  for (auto& key : keys) {
    KeyView view{std::move(key), std::nullopt};
    for (const auto& definition : definitions) {
      if (core::matches_glob(definition.pattern, view.key.name))
        view.definition_json = definition.json;
    }
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace tracker::query
