#include "cli/spool_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/run_view.hpp"
#include "cli/text.hpp"

namespace tracker::cli {
namespace {

using Json = nlohmann::ordered_json;
using spool::to_bytes;

std::uint64_t size_on_disk(const spool::SpoolState& state) {
  std::uint64_t sum = 0;
  for (const auto& segment : state.segments) sum += segment.file_bytes;
  return sum;
}

bool damaged(const spool::SpoolState& state) {
  if (!state.damage.empty()) return true;
  return std::any_of(state.segments.begin(), state.segments.end(),
                     [](const auto& segment) { return !segment.damage.empty(); });
}

std::uint64_t acked(const spool::SpoolState& state) {
  return state.control ? to_bytes(state.control->acked) : 0;
}

Json info_json(const spool::SpoolState& state) {
  if (!state.info) return nullptr;
  return {{"run_id", state.info->run_id},   {"writer_id", state.info->writer_id},
          {"project", state.info->project}, {"name", state.info->name},
          {"server", state.info->server},   {"created_at", timestamp_text(state.info->created_us)}};
}

Json relay_json(const spool::SpoolState& state) {
  if (!state.control) return nullptr;
  return {{"state", relay_name(state.control->relay)},
          {"message", state.control->relay_message},
          {"run_url", state.control->run_url},
          {"acked", to_bytes(state.control->acked)}};
}

Json log_json(const spool::SpoolState& state) {
  Json kinds = Json::object();
  for (const auto& [kind, count] : state.kinds)
    kinds[std::string(kind_name(kind))] = {{"records", count.records}, {"bytes", count.bytes}};
  return {{"begin", to_bytes(state.begin)},
          {"end", to_bytes(state.end)},
          {"waiting_bytes", waiting_bytes(state)},
          {"values", state.values},
          {"kinds", kinds},
          {"keys", state.keys}};
}

Json segments_json(const spool::SpoolState& state) {
  Json out = Json::array();
  for (const auto& s : state.segments) {
    out.push_back({{"base", to_bytes(s.base)},
                   {"capacity", s.capacity},
                   {"file_bytes", s.file_bytes},
                   {"made_at", timestamp_text(s.made_us)},
                   {"damage", s.damage.empty() ? Json() : Json(s.damage)}});
  }
  return out;
}

// A record that is not of the log's order, as `tracker spool inspect --records` would show it.
Json told(const spool::Record& record) {
  Json out = record_json({{}, {}, record}, {});
  for (const char* place : {"offset", "bytes", "kind"}) out.erase(place);
  return out;
}

std::string number_of(std::uint64_t n, const char* what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

using Rows = std::vector<std::vector<std::string>>;

void add_who(const SpoolAt& at, Rows& rows) {
  const auto& [directory, state] = at;
  rows.push_back({"directory", directory.string()});
  if (state.info) {
    rows.push_back({"run", state.info->name + " (" + state.info->project + ")"});
    rows.push_back({"run id", state.info->run_id});
    rows.push_back({"writer id", state.info->writer_id});
    rows.push_back({"created (UTC)", timestamp_text(state.info->created_us)});
    rows.push_back({"server", state.info->server.empty() ? "none" : state.info->server});
  }
  if (!state.info_problem.empty()) {
    rows.push_back({"run.json", state.info_problem +
                                    (state.info ? "; what it says is taken from the log" : "")});
  }
  rows.push_back({"state", std::string(state_name(state))});
  rows.push_back({"writer", state.writer_alive ? "alive" : "ended"});
}

void add_log(const spool::SpoolState& state, Rows& rows) {
  for (const auto& s : state.segments) {
    rows.push_back(
        {"segment", fmt::format("{} to {}, {} on disk", to_bytes(s.base),
                                to_bytes(s.base) + s.capacity, bytes_text(s.file_bytes)) +
                        (s.damage.empty() ? "" : ": " + s.damage)});
  }
  for (const auto& name : state.set_aside) rows.push_back({"set aside", name});
  rows.push_back({"log", fmt::format("{} to {}", to_bytes(state.begin), to_bytes(state.end))});
  rows.push_back({"acknowledged",
                  fmt::format("{} ({} waiting)", acked(state), bytes_text(waiting_bytes(state)))});
  if (state.control) {
    rows.push_back({"relay", std::string(relay_name(state.control->relay)) +
                                 (state.control->relay_message.empty() ? "" : ": ") +
                                 state.control->relay_message});
    if (!state.control->run_url.empty()) rows.push_back({"page", state.control->run_url});
  } else {
    rows.push_back({"relay", "unknown: there is no control file"});
  }
  for (const auto& [kind, count] : state.kinds) {
    rows.push_back({std::string(kind_name(kind)),
                    number_of(count.records, "record") + ", " + bytes_text(count.bytes)});
  }
  rows.push_back(
      {"values", fmt::format("{} of {}", state.values, number_of(state.keys.size(), "key"))});
}

std::string what_became_of(const spool::StagedRequest& request) {
  if (!request.result) return "waits for the relay, or `tracker sync`";
  return request.refused() ? "refused: " + spool::refusal_line(request) : request.result->version;
}

void add_artifacts(const spool::SpoolState& state, Rows& rows) {
  for (const auto& request : state.artifacts)
    rows.push_back({"artifact", request.folder.filename().string() + ' ' + request.name + ": " +
                                    what_became_of(request)});
}

Json artifacts_json(const spool::SpoolState& state) {
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? Json() : Json(text);
  };
  Json out = Json::array();
  for (const auto& request : state.artifacts) {
    const auto result = request.result.value_or(spool::ArtifactResult{});
    out.push_back({{"directory", request.folder.string()},
                   {"name", request.name},
                   {"version", text_or_null(result.version)},
                   {"error", text_or_null(result.error)},
                   {"files", text_or_null(request.copies.string())}});
  }
  return out;
}

void add_troubles(const spool::SpoolState& state, Rows& rows) {
  for (const auto& gap : state.gaps) {
    rows.push_back(
        {"gap",
         fmt::format("{} dropped between {} and {}: {}", number_of(gap.dropped_records, "record"),
                     timestamp_text(gap.from_us), timestamp_text(gap.to_us), gap.reason)});
  }
  for (const auto& hole : state.holes) {
    rows.push_back({"hole", fmt::format("{} to {}: begun and never published", to_bytes(hole.at),
                                        to_bytes(hole.next))});
  }
  if (state.begun) {
    rows.push_back(
        {"unpublished",
         fmt::format("at {}: {}, {} begun and not published yet", to_bytes(state.begun->at),
                     kind_name(state.begun->kind), bytes_text(state.begun->bytes))});
  }
  for (const auto& part : state.damage)
    rows.push_back({"damage", fmt::format("at {}: {}", to_bytes(part.at), part.reason)});
}

}  // namespace

std::string_view relay_name(spool::RelayState state) {
  constexpr std::array<std::string_view, 6> kNames = {"none",    "starting", "online",
                                                      "offline", "refused",  "done"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string_view state_name(const spool::SpoolState& state) {
  if (damaged(state)) return "damaged";
  if (!state.finish) return state.writer_alive ? "running" : "died";
  constexpr std::array<std::string_view, 5> kEnds = {"", "finished", "failed", "crashed",
                                                     "stopped"};
  return kEnds.at(static_cast<std::size_t>(state.finish->state));
}

std::uint64_t waiting_bytes(const spool::SpoolState& state) {
  return to_bytes(state.end) - std::min(to_bytes(state.end), acked(state));
}

std::string spool_table(const std::vector<SpoolAt>& spools) {
  Rows rows = {{"NAME", "PROJECT", "STATE", "ON DISK", "WAITING", "RELAY", "DIRECTORY"}};
  for (const auto& [directory, state] : spools) {
    rows.push_back({state.info ? state.info->name : "?", state.info ? state.info->project : "?",
                    std::string(state_name(state)), bytes_text(size_on_disk(state)),
                    bytes_text(waiting_bytes(state)),
                    state.control ? std::string(relay_name(state.control->relay)) : "?",
                    directory.string()});
  }
  return aligned(rows);
}

Json spool_row(const SpoolAt& at) {
  const auto& [directory, state] = at;
  return {{"directory", directory.string()},
          {"run", info_json(state)},
          {"state", state_name(state)},
          {"disk_bytes", size_on_disk(state)},
          {"waiting_bytes", waiting_bytes(state)},
          {"relay", relay_json(state)}};
}

std::string spool_details(const SpoolAt& at) {
  Rows rows;
  add_who(at, rows);
  add_log(at.second, rows);
  add_artifacts(at.second, rows);
  add_troubles(at.second, rows);
  return aligned(rows);
}

Json spool_json(const SpoolAt& at) {
  const auto& state = at.second;
  Json out = spool_row(at);
  out["run_json"] = state.info_problem.empty() ? Json() : Json(state.info_problem);
  out["writer_alive"] = state.writer_alive;
  out["segments"] = segments_json(state);
  out["set_aside"] = state.set_aside;
  out["log"] = log_json(state);
  out["artifacts"] = artifacts_json(state);
  for (const char* list : {"gaps", "holes", "damage"}) out[list] = Json::array();
  for (const auto& gap : state.gaps) out["gaps"].push_back(told(gap));
  for (const auto& hole : state.holes)
    out["holes"].push_back({{"from", to_bytes(hole.at)}, {"to", to_bytes(hole.next)}});
  for (const auto& part : state.damage)
    out["damage"].push_back({{"at", to_bytes(part.at)}, {"reason", part.reason}});
  out["unpublished"] = nullptr;
  if (state.begun) {
    out["unpublished"] = {{"at", to_bytes(state.begun->at)},
                          {"kind", kind_name(state.begun->kind)},
                          {"bytes", state.begun->bytes}};
  }
  out["finish"] = state.finish ? told(*state.finish) : Json();
  return out;
}

}  // namespace tracker::cli
