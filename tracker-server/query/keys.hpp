#pragma once

#include <span>
#include <vector>

#include "query/runs.hpp"

namespace tracker::query {

inline constexpr std::size_t kMostKeyRuns = 200;

// The keys of many runs, as list_keys() has them for one, in one snapshot. Those that exist, in the
// order asked for. Throws Error(kInvalidArgument) beyond kMostKeyRuns, kUnavailable.
struct KeysOfRun {
  core::RunId run;
  std::uint64_t version = 0;
  std::vector<KeyView> keys;
};
std::vector<KeysOfRun> list_keys_of(storage::Database& database, std::span<const core::RunId> runs);

}  // namespace tracker::query
