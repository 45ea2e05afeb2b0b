#include "http/live_messages.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <variant>
#include <vector>

#include <tracker/error.hpp>

#include "http/numbers.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

struct Point {
  std::uint32_t order;
  std::int64_t step, time_us;
  double value;
};
struct KeyPoints {
  bool system = false;
  std::vector<Point> points;
};
using PointsByKey = std::map<std::string_view, KeyPoints>;

// Points of one frame behind those that are there; groups of the frame are brought into log order.
void append_frame(const spool::Frame& frame, PointsByKey& keys) {
  std::map<std::string_view, std::size_t> before;
  for (const auto& group : frame.groups) {
    for (std::size_t k = 0; k < group.keys.size(); ++k) {
      auto& target = keys[group.keys[k]];
      if (target.points.empty()) target.system = group.system;
      if (target.system != group.system) continue;  // one name, two kinds: the first one is shown
      before.emplace(group.keys[k], target.points.size());
      for (std::size_t r = 0; r < group.rows(); ++r) {
        target.points.push_back({group.order[r], group.system ? 0 : group.steps[r],
                                 group.times_us[r], group.values[k * group.rows() + r]});
      }
    }
  }
  for (const auto& [key, start] : before) {
    auto& points = keys[key].points;
    std::stable_sort(points.begin() + static_cast<std::ptrdiff_t>(start), points.end(),
                     [](const Point& a, const Point& b) { return a.order < b.order; });
  }
}

std::string_view name_of(spool::ConsoleStream stream) {
  return stream == spool::ConsoleStream::kStdout ? "stdout" : "stderr";
}

std::string dump(const json& message) {
  return message.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::optional<std::string> points_message(core::RunId run, const CursorRange& range,
                                          std::span<const SharedFrame> frames) {
  PointsByKey keys;
  for (const auto& frame : frames) append_frame(*frame, keys);
  if (keys.empty()) return std::nullopt;
  json columns = json::object();
  for (const auto& [key, entry] : keys) {
    json steps = json::array(), times = json::array(), values = json::array();
    for (const auto& point : entry.points) {
      steps.push_back(point.step);
      times.push_back(point.time_us);
      values.push_back(number(point.value));
    }
    columns[std::string(key)] = {{"step", entry.system ? json(nullptr) : std::move(steps)},
                                 {"time_us", std::move(times)},
                                 {"value", std::move(values)}};
  }
  return dump({{"points",
                {{"run", run.text()}, {"from", range.from}, {"to", range.to}, {"keys", columns}}}});
}

std::optional<std::string> logs_message(core::RunId run, spool::ConsoleStream stream,
                                        std::span<const SharedFrame> frames) {
  std::map<std::uint64_t, const spool::Console*> lines;
  for (const auto& frame : frames) {
    for (const auto& record : frame->records) {
      const auto* console = std::get_if<spool::Console>(&record);
      if (console != nullptr && console->stream == stream) lines[console->line] = console;
    }
  }
  if (lines.empty()) return std::nullopt;
  json list = json::array();
  for (const auto& [line, console] : lines) {
    list.push_back({{"line", line}, {"time_us", console->time_us}, {"text", console->text}});
  }
  return dump({{"logs", {{"run", run.text()}, {"stream", name_of(stream)}, {"lines", list}}}});
}

std::string subscribed_message(core::RunId run, const std::string& cursor) {
  return dump({{"subscribed", {{"run", run.text()}, {"cursor", cursor}}}});
}

std::string resync_message(core::RunId run) { return dump({{"resync", {{"run", run.text()}}}}); }

std::string resync_message(const std::string& project) {
  return dump({{"resync", {{"project", project}}}});
}

std::string hello_message(std::string_view version) {
  return dump({{"hello", {{"version", version}}}});
}

std::string error_message(std::string_view code, const std::string& text) {
  return dump({{"error", {{"code", code}, {"message", text}}}});
}

bool takes_back(std::span<const SharedFrame> frames) noexcept {
  const auto is_rewind = [](const spool::Record& record) {
    const auto* branch = std::get_if<spool::Branch>(&record);
    return branch != nullptr && branch->kind == spool::BranchKind::kRewind;
  };
  return std::any_of(frames.begin(), frames.end(), [&](const SharedFrame& frame) {
    return std::any_of(frame->records.begin(), frame->records.end(), is_rewind);
  });
}

std::size_t weight_of(const spool::Frame& frame) noexcept {
  std::size_t weight = 0;
  for (const auto& group : frame.groups) weight += group.values.size() + 2 * group.rows();
  for (const auto& record : frame.records) {
    const auto* console = std::get_if<spool::Console>(&record);
    if (console != nullptr) weight += 4 + console->text.size() / 8;
    const auto* media = std::get_if<spool::Media>(&record);
    if (media != nullptr) weight += 16 + media->content.size() / 8;
  }
  return weight;
}

LiveCommand parse_command(std::string_view text) {
  const auto bad = [] {
    return Error(
        ErrorCode::kInvalidArgument,
        "expected {\"subscribe\":{\"run\":id[,\"cursor\":…]}}, {\"subscribe\":{\"project\":"
        "name}} or the same with unsubscribe");
  };
  const auto message = json::parse(text, nullptr, false);
  if (!message.is_object() || message.size() != 1) throw bad();
  LiveCommand command;
  const auto& name = message.begin().key();
  const auto& what = message.begin().value();
  if (name != "subscribe" && name != "unsubscribe") throw bad();
  if (name == "unsubscribe") command.kind = LiveCommand::Kind::kUnsubscribe;
  const auto take = [&](const char* field) -> std::optional<std::string> {
    if (!what.is_object() || !what.contains(field)) return std::nullopt;
    if (!what[field].is_string()) throw bad();
    return what[field].get<std::string>();
  };
  if (const auto run = take("run")) command.run = core::RunId::from_text(*run);
  command.project = take("project");
  command.cursor = take("cursor");
  if (command.run.has_value() == command.project.has_value()) throw bad();
  return command;
}

}  // namespace tracker::http
