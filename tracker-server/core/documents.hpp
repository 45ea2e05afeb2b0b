#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/series.hpp"

// The JSON documents of a run: config, summary, environment.
namespace tracker::core {

// `patch` merged into `base`, both objects: nested objects key by key, everything else replaced
// (null is a value, it deletes nothing). NUL characters, which PostgreSQL cannot hold, become
// U+FFFD. An empty `base` is {}. Throws Error(kInvalidArgument) when `patch` is not a JSON object
// or is nested deeper than 64 levels.
std::string merge_objects(std::string_view base, std::string_view patch);

// Records that a writer had to drop, or that were cut off with damage.
struct DroppedRecords {
  std::int64_t from_us = 0, to_us = 0;
  std::uint64_t count = 0;  // 0: unknown
  std::string_view reason;
};
// As a patch of a run's environment: {"gaps":{"FROM_US":{"to_us","dropped","reason"}}}.
std::string gap_document(const DroppedRecords& dropped);

// What became of a fork, as a patch of the run's environment: {"fork":{"run","step"[,"error"]}}.
struct ForkNote {
  std::string_view run;
  std::int64_t step = 0;
  std::optional<std::string> error;
};
std::string fork_document(const ForkNote& fork);

// Text that PostgreSQL can hold: NUL becomes U+FFFD.
std::string without_nul(std::string text);

// `*` stands for any run of characters, everything else for itself.
bool matches_glob(std::string_view pattern, std::string_view text) noexcept;

struct NamedStats {
  std::string_view name;
  const SeriesStats* stats = nullptr;
};

// The summary that people see: what was logged as summary, and for each other history key what the
// last matching definition asks for ("summary": last, min, max, mean, none; best is min or max by
// "goal"), or its last value. `definitions` are (pattern, JSON) in the order they were made. Values
// that are not finite become the strings "NaN", "Infinity", "-Infinity".
std::string fold_summary(std::string_view logged_summary,
                         std::span<const std::pair<std::string, std::string>> definitions,
                         std::span<const NamedStats> keys);

}  // namespace tracker::core
