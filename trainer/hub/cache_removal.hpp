#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hub/cache_scan.hpp"

// Removes revisions from a cache while others download into it: what is removed is what the scan
// saw; a blob goes under its lock and only when no snapshot links to it; folders go when they are
// empty. So a download that runs meanwhile keeps what it makes. A process that is killed in between
// leaves a revision of which files are missing, which are fetched again when asked for.
namespace trainer::hub {

struct RemovalPlan {
  CachedRepo repo;
  std::vector<CachedSnapshot> snapshots;  // that go
  std::uint64_t bytes = 0;                // that this frees, as far as is known now
  // No snapshot stays: what broke off and what is known to be missing goes as well.
  bool whole = false;
};

// Of the whole repo (no revisions), or of revisions, each a ref, a commit, or the beginning of one
// (at least 4 digits). Throws Error(kNotFound) naming the revisions there are, when one is none of
// them, and Error(kUsage) when it may mean several.
RemovalPlan plan_removal(const CachedRepo& repo, const std::vector<std::string>& revisions);

struct Removed {
  std::uint64_t bytes = 0;
  std::size_t blobs = 0;
  std::size_t in_use = 0;  // blobs that somebody is fetching or linking right now: they stay
};
// Throws Error(kIo) when a file cannot be removed.
Removed remove_cached(const RemovalPlan& plan);

}  // namespace trainer::hub
