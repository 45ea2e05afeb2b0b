#include "hub/snapshot.hpp"

#include <fmt/format.h>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "hub/cache_layout.hpp"
#include "hub/glob.hpp"
#include "hub/parallel.hpp"

namespace trainer::hub {
namespace {

Error nothing_cached(const Hub& hub, const Repo& repo) {
  return {ErrorCode::kHub,
          fmt::format("'{}' at revision '{}' is not in the cache {}, and the hub may not be asked: "
                      "unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE",
                      repo.id, repo.revision, hub.settings().cache.string())};
}

}  // namespace

SnapshotPlan plan_snapshot(const Hub& hub, const SnapshotRequest& request, Keep keep) {
  const Listing listing = hub.listing(request.repo, keep);
  if (listing.commit.empty() || (!listing.complete && listing.files.empty())) {
    throw nothing_cached(hub, request.repo);
  }
  Repo pinned = request.repo;
  pinned.revision = listing.commit;
  SnapshotPlan plan{.commit = listing.commit,
                    .files = {},
                    .folder = CacheLayout(hub.settings().cache, pinned).snapshot(listing.commit)};
  for (const ListedFile& file : listing.files) {
    if (is_selected(file.path, request.include, request.exclude)) {
      plan.files.push_back({.file = file, .cached = hub.cached(pinned, file.path).has_value()});
    }
  }
  if (plan.files.empty()) {
    throw Error(ErrorCode::kHub,
                fmt::format("none of the {} files of '{}' fits --include and --exclude: see its "
                            "files at {}/tree/{}",
                            listing.files.size(), request.repo.id,
                            page_address(hub.settings().endpoint, request.repo),
                            config::printable(request.repo.revision)));
  }
  return plan;
}

void fetch_snapshot(const Hub& hub, const SnapshotRequest& request, const SnapshotPlan& plan) {
  Repo pinned = request.repo;
  pinned.revision = plan.commit;
  for_each_parallel(plan.files.size(), request.threads, [&](std::size_t i) {
    if (!plan.files[i].cached) {
      hub.require(pinned, plan.files[i].file.path);
    }
  });
}

}  // namespace trainer::hub
