#include "http/run_json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/time.hpp"
#include "http/numbers.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

// What the database holds as jsonb is valid; anything else would be damage, and is shown as an
// empty object.
json object(const std::string& text) {
  auto parsed = json::parse(text, nullptr, false);
  return parsed.is_object() ? parsed : json::object();
}

}  // namespace

json run_json(const query::RunView& view, std::int64_t now_us) {
  const auto& run = view.run;
  const auto end = std::max(run.ended_us.value_or(now_us), run.created_us);
  return {{"id", run.id.text()},
          {"name", run.name},
          {"project", run.project},
          {"state", core::to_text(run.state)},
          {"created_us", run.created_us},
          {"ended_us", or_null(run.ended_us)},
          {"duration_s", core::to_seconds(end - run.created_us)},
          {"tags", run.tags},
          {"notes", run.notes},
          {"group", run.group},
          {"job_type", run.job_type},
          {"config", object(run.config_json)},
          {"summary", object(view.summary_json)},
          {"environment", object(run.environment_json)},
          {"end_reason", run.end_reason},
          {"version", run.version}};
}

json project_json(const storage::Project& project) {
  return {
      {"id", project.id.text()},          {"name", project.name},
      {"run_count", project.run_count},   {"running_count", project.running_count},
      {"created_us", project.created_us}, {"last_activity_us", or_null(project.last_activity_us)}};
}

json key_json(const query::KeyView& view) {
  const auto& stats = view.key.stats;
  return {{"key", view.key.name},
          {"kind", view.key.kind == core::KeyKind::kHistory ? "history" : "system"},
          {"count", stats.count},
          {"first_step", or_null(stats.first_step)},
          {"last_step", or_null(stats.last_step)},
          {"last", number_or_null(stats.last)},
          {"min", number_or_null(stats.min)},
          {"max", number_or_null(stats.max)},
          {"nan_count", stats.nan},
          {"definition", view.definition_json ? object(*view.definition_json) : json(nullptr)}};
}

json log_json(const storage::LogPage& page) {
  auto lines = json::array();
  for (const auto& line : page.lines) {
    lines.push_back({{"line", line.line}, {"time_us", line.time_us}, {"text", line.text}});
  }
  return {{"lines", std::move(lines)}, {"total", page.total}};
}

}  // namespace tracker::http
