#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

#include "core/ids.hpp"

// What one server tells the others: which runs have something new. Text of a notification:
// docs/storage.md, "Telling other servers". Pure.
namespace tracker::cluster {

struct RunNews {
  std::set<core::RunId> data;     // points or lines were committed
  std::set<core::RunId> changed;  // the run's row, or what hangs on it
  bool many = false;              // any run may have changed
  bool missed = false;            // what was told for a while was not heard: as `many`

  bool empty() const noexcept { return data.empty() && changed.empty() && !many && !missed; }
};

// Takes as many runs out of `news` as fit into `bytes`, changed ones first; all of it, and `many`
// alone, when that is set. What is left is for the next message.
std::string take_message(RunNews& news, std::size_t bytes);

// A message that cannot be understood, of a newer server perhaps, is `many`.
RunNews parse_message(std::string_view text);

}  // namespace tracker::cluster
