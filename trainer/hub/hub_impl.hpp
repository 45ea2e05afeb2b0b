#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "hub/cache_store.hpp"
#include "hub/hub.hpp"
#include "hub/transport.hpp"
#include "hub/tree.hpp"

// What Hub's own source files share.
namespace trainer::hub {

// What the hub says of a file before it is fetched.
struct Metadata {
  std::string commit;
  std::string etag;
  std::optional<std::uint64_t> size;
};

// Throws Error(kUsage) for what is no id or revision, Error(kInvalidInput) for what is no path.
void check(const Repo& repo, std::string_view path);

struct Hub::Impl {
  Impl(HubSettings given, Progress shown)
      : settings(std::move(given)),
        progress(settings.progress_bars ? std::move(shown) : Progress()),
        transport(settings) {}

  HubSettings settings;
  Progress progress;
  Transport transport;
  mutable std::atomic<bool> answered{true};

  // Metadata of a file.
  HttpResponse head(const Repo& repo, std::string_view path, const CachedFile& cached) const;
  // As head(), of a file that is needed: throws Error(kHub) when there is none, and offline.
  Metadata metadata(const Repo& repo, std::string_view path) const;
  std::filesystem::path obtain(const Repo& repo, std::string_view path,
                               const Metadata& metadata) const;
  // A description in JSON, whatever the status.
  HttpResponse ask(const std::string& address) const;
  // Page after page. nullopt where there are no such listings, as on plain mirrors.
  std::optional<Tree> fetch_tree(const Repo& at_commit) const;
};

}  // namespace trainer::hub
