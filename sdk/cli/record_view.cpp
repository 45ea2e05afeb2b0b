// A record of a log as a line, and as JSON.
#include <fmt/format.h>

#include <array>

#include "base/non_finite.hpp"
#include "cli/spool_view.hpp"
#include "cli/text.hpp"

namespace tracker::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 16> kKinds = {
    "",       "run start", "key",   "row",    "config", "summary", "metric", "console",
    "system", "tags",      "notes", "finish", "gap",    "media",   "alert",  "branch"};

Json number(double value) {
  if (const auto name = base::non_finite_name(value)) return std::string(*name);
  return value;
}

std::string key_name(std::uint32_t id, const std::vector<std::string>& keys) {
  return id < keys.size() ? keys[id] : fmt::format("#{}", id);
}

Json values_of(const std::vector<spool::KeyValue>& values, const std::vector<std::string>& keys) {
  Json out = Json::object();
  for (const auto& value : values) out[key_name(value.key, keys)] = number(value.value);
  return out;
}

constexpr int kDeepestDocument = 64;  // as of documents that a server takes

// As JSON; what a damaged writer may have put there, as text. So is what is nested deeper: printing
// goes down into it, and half a million levels would end the program.
Json document(const std::string& text) {
  bool too_deep = false;
  const auto watch = [&too_deep](int depth, Json::parse_event_t, const Json&) {
    too_deep = too_deep || depth > kDeepestDocument;
    return !too_deep;
  };
  Json parsed = Json::parse(text, watch, false);
  return too_deep || parsed.is_discarded() ? Json(text) : parsed;
}

std::string_view end_name(spool::EndState state) {
  constexpr std::array<std::string_view, 5> kEnds = {"", "finished", "failed", "crashed",
                                                     "stopped"};
  return kEnds.at(static_cast<std::size_t>(state));
}

template <class T>
Json optional(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

// The members of a record, without its kind and place.
struct Members {
  const std::vector<std::string>& keys;

  Json operator()(const spool::RunStart& r) const {
    return {{"run_id", r.run_id},
            {"writer_id", r.writer_id},
            {"project", r.project},
            {"name", r.name},
            {"group", r.group},
            {"job_type", r.job_type},
            {"notes", r.notes},
            {"tags", r.tags},
            {"started", timestamp_text(r.started_us)},
            {"environment", document(r.environment_json)},
            {"parent_writer_id", r.parent_writer_id}};
  }
  Json operator()(const spool::Key& r) const { return {{"number", r.id}, {"name", r.name}}; }
  Json operator()(const spool::Row& r) const {
    return {{"step", r.step},
            {"time", timestamp_text(r.time_us)},
            {"values", values_of(r.values, keys)}};
  }
  Json operator()(const spool::System& r) const {
    return {{"time", timestamp_text(r.time_us)}, {"values", values_of(r.values, keys)}};
  }
  Json operator()(const spool::Config& r) const {
    return {{"time", timestamp_text(r.time_us)}, {"values", document(r.json)}};
  }
  Json operator()(const spool::Summary& r) const {
    return {{"time", timestamp_text(r.time_us)}, {"values", document(r.json)}};
  }
  Json operator()(const spool::MetricDefinition& r) const {
    return {{"key", r.key}, {"definition", document(r.json)}};
  }
  Json operator()(const spool::Console& r) const {
    return {{"stream", r.stream == spool::ConsoleStream::kStdout ? "stdout" : "stderr"},
            {"line", r.line},
            {"time", timestamp_text(r.time_us)},
            {"text", r.text}};
  }
  Json operator()(const spool::Tags& r) const { return {{"tags", r.tags}}; }
  Json operator()(const spool::Notes& r) const { return {{"text", r.text}}; }
  Json operator()(const spool::Finish& r) const {
    return {{"state", end_name(r.state)},
            {"time", timestamp_text(r.time_us)},
            {"exit_code", optional(r.exit_code)},
            {"signal", optional(r.signal)},
            {"reason", r.reason}};
  }
  Json operator()(const spool::Gap& r) const {
    return {{"from", timestamp_text(r.from_us)},
            {"to", timestamp_text(r.to_us)},
            {"dropped_records", r.dropped_records},
            {"reason", r.reason}};
  }
  Json operator()(const spool::Media& r) const {
    return {{"key", r.key},
            {"type", r.type},
            {"step", r.step},
            {"time", timestamp_text(r.time_us)},
            {"content_type", r.content_type},
            {"description", document(r.description_json)},
            {"content_bytes", r.content.size()}};
  }
  Json operator()(const spool::Alert& r) const {
    constexpr std::array<std::string_view, 4> kLevels = {"", "info", "warning", "error"};
    return {{"time", timestamp_text(r.time_us)},
            {"level", kLevels.at(static_cast<std::size_t>(r.level))},
            {"quiet_s", r.quiet_s},
            {"title", r.title},
            {"text", r.text}};
  }
  Json operator()(const spool::Branch& r) const {
    return {{"branch", r.kind == spool::BranchKind::kFork ? "fork" : "rewind"},
            {"run_id", r.run_id},
            {"step", r.step},
            {"time", timestamp_text(r.time_us)}};
  }
  Json operator()(const spool::Unknown& r) const {
    return {{"number", static_cast<int>(r.kind)}, {"payload_bytes", r.payload.size()}};
  }
};

}  // namespace

std::string_view kind_name(spool::RecordKind kind) {
  const auto i = static_cast<std::size_t>(kind);
  return i < kKinds.size() ? kKinds[i] : "unknown";
}

Json record_json(const spool::Entry& entry, const std::vector<std::string>& keys) {
  Json out = {{"offset", spool::to_bytes(entry.at)},
              {"bytes", spool::to_bytes(entry.next) - spool::to_bytes(entry.at)},
              {"kind", kind_name(spool::kind_of(entry.record))}};
  out.update(std::visit(Members{keys}, entry.record));
  return out;
}

std::string record_line(const spool::Entry& entry, const std::vector<std::string>& keys) {
  std::string line = fmt::format("{:>12} {:>8}  {:<9}", spool::to_bytes(entry.at),
                                 spool::to_bytes(entry.next) - spool::to_bytes(entry.at),
                                 kind_name(spool::kind_of(entry.record)));
  const Json members = std::visit(Members{keys}, entry.record);
  for (const auto& [name, value] : members.items()) {
    if (value.is_null() || (value.is_string() && value.get_ref<const std::string&>().empty()))
      continue;
    line +=
        fmt::format("  {}={}", name,
                    value.is_string() ? value.get<std::string>()
                                      : value.dump(-1, ' ', false, Json::error_handler_t::replace));
  }
  return printable(line);
}

}  // namespace tracker::cli
