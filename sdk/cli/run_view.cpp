#include "cli/run_view.hpp"

#include <algorithm>
#include <cstdio>

#include "base/non_finite.hpp"
#include "cli/text.hpp"

namespace tracker::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kSummaryColumns = 4;

// What the server stored; an object in any case, so that scripts find what they expect.
Json object_of(const std::string& text) {
  auto json = Json::parse(text, nullptr, false);
  return json.is_object() ? json : Json::object();
}

std::string join(const google::protobuf::RepeatedPtrField<std::string>& tags) {
  std::string all;
  for (const auto& tag : tags) all += (all.empty() ? "" : ",") + tag;
  return all;
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

// Numbers that are not finite as in the other JSON of the command line.
Json value_json(const v1::RunGroup::FieldValue& value) {
  if (value.has_text()) return value.text();
  if (!value.has_number()) return nullptr;
  if (const auto name = base::non_finite_name(value.number())) return *name;
  return value.number();
}

std::string cell(const Json& object, const std::string& key) {
  const auto value = object.find(key);
  if (value == object.end()) return "";
  if (value->is_number_float()) return short_number(value->get<double>());
  return value->is_string() ? value->get<std::string>()
                            : value->dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Numbers that the newest runs have, in their order.
std::vector<std::string> summary_columns(const std::vector<Json>& summaries) {
  std::vector<std::string> columns;
  for (const auto& summary : summaries) {
    for (const auto& [key, value] : summary.items()) {
      if (columns.size() == kSummaryColumns) return columns;
      if (value.is_number() && std::find(columns.begin(), columns.end(), key) == columns.end())
        columns.push_back(key);
    }
  }
  return columns;
}

std::string document_text(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

// Shown to the second; scripts have --json.
std::string created(const v1::Run& run) {
  std::string text = timestamp_text(run.created_at_us()).substr(0, 19);
  text[10] = ' ';
  return text;
}

}  // namespace

std::string state_name(v1::RunState state) {
  switch (state) {
    case v1::RUNNING:
      return "running";
    case v1::FINISHED:
      return "finished";
    case v1::FAILED:
      return "failed";
    case v1::CRASHED:
      return "crashed";
    case v1::STOPPED:
      return "stopped";
    default:
      return "unknown";
  }
}

double duration_s(const v1::Run& run, std::int64_t now_us) {
  const std::int64_t end = run.has_ended_at_us() ? run.ended_at_us() : now_us;
  return static_cast<double>(std::max<std::int64_t>(0, end - run.created_at_us())) / 1e6;
}

Json run_json(const v1::Run& run, std::int64_t now_us) {
  return Json{{"id", run.id()},
              {"name", run.name()},
              {"project", run.project()},
              {"state", state_name(run.state())},
              {"created_at", timestamp_text(run.created_at_us())},
              {"duration_s", duration_s(run, now_us)},
              {"tags", std::vector<std::string>(run.tags().begin(), run.tags().end())},
              {"config", object_of(run.config_json())},
              {"summary", object_of(run.summary_json())}};
}

std::string run_table(const std::vector<v1::Run>& runs, std::int64_t now_us) {
  std::vector<Json> summaries;
  for (const auto& run : runs) summaries.push_back(object_of(run.summary_json()));
  const auto columns = summary_columns(summaries);
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "STATE", "CREATED (UTC)", "DURATION", "TAGS"}};
  rows[0].insert(rows[0].end(), columns.begin(), columns.end());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& run = runs[i];
    rows.push_back({run.name(), state_name(run.state()), created(run),
                    duration_text(duration_s(run, now_us)), join(run.tags())});
    for (const auto& key : columns) rows.back().push_back(cell(summaries[i], key));
  }
  return aligned(rows);
}

std::string run_details(const v1::Run& run, std::int64_t now_us) {
  std::vector<std::vector<std::string>> rows = {
      {"id", run.id()},
      {"name", run.name()},
      {"project", run.project()},
      {"state", state_name(run.state())},
      {"created (UTC)", created(run)},
      {"duration", duration_text(duration_s(run, now_us))}};
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) rows.push_back({name, value});
  };
  add("ended because", run.end_reason());
  add("group", run.group());
  add("job type", run.job_type());
  add("tags", join(run.tags()));
  add("notes", run.notes());
  return aligned(rows) + "config   " + document_text(object_of(run.config_json()), 2) +
         "\nsummary  " + document_text(object_of(run.summary_json()), 2) + "\n";
}

Json groups_json(const v1::GroupRunsResponse& groups) {
  auto all = Json::array();
  for (const auto& group : groups.groups()) {
    Json by = Json::object(), metrics = Json::object();
    for (int i = 0; i < group.by_size(); ++i) by[groups.by(i)] = value_json(group.by(i));
    for (int i = 0; i < group.metrics_size(); ++i) {
      const auto& m = group.metrics(i);
      metrics[groups.metrics(i)] = {{"n", m.n()},
                                    {"mean", m.has_mean() ? Json(m.mean()) : Json()},
                                    {"std", m.has_std() ? Json(m.std()) : Json()},
                                    {"min", m.has_min() ? Json(m.min()) : Json()},
                                    {"max", m.has_max() ? Json(m.max()) : Json()}};
    }
    all.push_back({{"by", by}, {"runs", group.runs()}, {"metrics", metrics}});
  }
  return all;
}

std::string group_table(const v1::GroupRunsResponse& groups) {
  std::vector<std::vector<std::string>> rows(1);
  rows[0].assign(groups.by().begin(), groups.by().end());
  rows[0].push_back("RUNS");
  rows[0].insert(rows[0].end(), groups.metrics().begin(), groups.metrics().end());
  for (const auto& group : groups.groups()) {
    auto& row = rows.emplace_back();
    for (const auto& value : group.by())
      row.push_back(value.has_text()     ? value.text()
                    : value.has_number() ? short_number(value.number())
                                         : "unset");
    row.push_back(std::to_string(group.runs()));
    for (const auto& m : group.metrics()) {
      std::string cell = m.has_mean() ? short_number(m.mean()) : "";
      if (m.has_std()) cell += " ± " + short_number(m.std());
      if (m.has_min()) cell += " [" + short_number(m.min()) + ", " + short_number(m.max()) + "]";
      row.push_back(cell);
    }
  }
  return aligned(std::move(rows));
}

std::string aligned(std::vector<std::vector<std::string>> rows) {
  for (auto& row : rows) {
    for (auto& cell : row) cell = printable(cell);
  }
  // Code points, not bytes: continuation bytes of UTF-8 take no column.
  const auto width = [](const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
  };
  std::vector<std::size_t> widest;
  for (const auto& row : rows) {
    widest.resize(std::max(widest.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widest[c] = std::max(widest[c], width(row[c]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += row[c] + std::string(widest[c] - width(row[c]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

}  // namespace tracker::cli
