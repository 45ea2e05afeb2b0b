#include "cli/run_view.hpp"

#include <algorithm>

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

std::string cell(const Json& object, const std::string& key) {
  const auto value = object.find(key);
  if (value == object.end()) return "";
  if (value->is_number_float()) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value->get<double>());
    return text;
  }
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

std::string dump(const Json& json, int indent) {
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
  return aligned(rows) + "config   " + dump(object_of(run.config_json()), 2) + "\nsummary  " +
         dump(object_of(run.summary_json()), 2) + "\n";
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
