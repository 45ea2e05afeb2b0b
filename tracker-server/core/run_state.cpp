#include "core/run_state.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tracker::core {
namespace {

constexpr std::array<std::pair<RunState, std::string_view>, 5> kNames{{
    {RunState::kRunning, "running"},
    {RunState::kFinished, "finished"},
    {RunState::kFailed, "failed"},
    {RunState::kCrashed, "crashed"},
    {RunState::kStopped, "stopped"},
}};

int badness(RunState state) noexcept {
  switch (state) {
    case RunState::kRunning:
    case RunState::kFinished:
      return 0;
    case RunState::kStopped:
      return 1;
    case RunState::kFailed:
      return 2;
    case RunState::kCrashed:
      return 3;
  }
  return 3;
}

}  // namespace

std::string_view to_text(RunState state) noexcept {
  for (const auto& [value, name] : kNames)
    if (value == state) return name;
  return "crashed";
}

std::optional<RunState> run_state_from_text(std::string_view text) noexcept {
  for (const auto& [value, name] : kNames)
    if (name == text) return value;
  return std::nullopt;
}

RunLife life_of(std::span<const WriterLife> writers, std::int64_t now_us) {
  const bool children_only = std::all_of(writers.begin(), writers.end(),
                                         [](const WriterLife& writer) { return writer.forked; });
  const WriterEnd* worst = nullptr;
  std::int64_t last_seen_us = 0;
  std::int64_t last_end_us = 0;
  for (const WriterLife& writer : writers) {
    if (writer.forked && !children_only) continue;
    last_seen_us = std::max(last_seen_us, writer.last_seen_us);
    if (writer.end) {
      last_end_us = std::max(last_end_us, writer.end->time_us);
      if (worst == nullptr || badness(writer.end->state) > badness(worst->state))
        worst = &*writer.end;
    } else if (now_us - writer.last_seen_us < kHeartbeatTimeoutUs) {
      return RunLife{};
    }
  }
  if (worst != nullptr) return RunLife{worst->state, last_end_us, worst->reason};
  return RunLife{RunState::kCrashed, last_seen_us, "no heartbeat"};
}

}  // namespace tracker::core
