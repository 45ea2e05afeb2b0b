#include "hub/hub.hpp"

#include <fmt/format.h>

#include <system_error>
#include <utility>

#include "config/error.hpp"
#include "hub/cache_layout.hpp"
#include "hub/cache_store.hpp"
#include "hub/disk.hpp"
#include "hub/download.hpp"
#include "hub/hub_errors.hpp"
#include "hub/hub_impl.hpp"
#include "hub/notices.hpp"

namespace trainer::hub {
namespace {

Error offline_error(const HubSettings& settings, const Repo& repo, std::string_view path) {
  return {ErrorCode::kHub,
          fmt::format("{} of '{}' at revision '{}' is not in the cache {}, and the hub may not be "
                      "asked: unset HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE, or give a local "
                      "directory",
                      path, repo.id, repo.revision, settings.cache.string())};
}

bool is_described(const HttpResponse& response) {
  const bool redirect = response.status >= 300 && response.status < 400;
  return response.failure.empty() && (response.status == 200 || redirect);
}

Metadata describe(const HttpResponse& response, const HubSettings& settings, const Repo& repo) {
  Metadata metadata;
  metadata.commit = response.header("x-repo-commit");
  if (metadata.commit.empty() && is_commit(repo.revision)) {
    metadata.commit = repo.revision;  // a plain mirror: the commit is known all the same
  }
  const std::string_view linked = response.header("x-linked-etag");
  metadata.etag = normalized_etag(linked.empty() ? response.header("etag") : linked);
  metadata.size = response.header_number("x-linked-size");
  if (!metadata.size && response.status == 200 && is_plain(response)) {
    metadata.size = response.header_number("content-length");
  }
  if (!is_commit(metadata.commit) || !is_blob_name(metadata.etag)) {
    throw Error(
        ErrorCode::kHub,
        fmt::format("{} answers for '{}' without {}, so it is not a hub: check HF_ENDPOINT and "
                    "https_proxy, or "
                    "name a full commit as revision",
                    settings.endpoint, repo.id,
                    is_commit(metadata.commit) ? "a usable ETag" : "a commit (X-Repo-Commit)"));
  }
  return metadata;
}

void note_missing(const CacheLayout& layout, const HttpResponse& response, const Repo& repo,
                  std::string_view path) {
  if (const std::string commit(response.header("x-repo-commit")); is_commit(commit)) {
    remember_missing(layout, repo.revision, commit, path);
  }
}

}  // namespace

void check(const Repo& repo, std::string_view path) {
  if (!is_repo_id(repo.id)) {
    throw Error(
        ErrorCode::kUsage,
        fmt::format("'{}' is not a hub id: it should look like google-bert/bert-base-uncased",
                    repo.id));
  }
  if (!is_revision(repo.revision)) {
    throw Error(ErrorCode::kUsage,
                fmt::format("'{}' is not a revision: it should be a branch, tag or commit of {}",
                            repo.revision, repo.id));
  }
  if (!is_repo_path(path)) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("'{}' cannot be a file of {}: it leaves the repo's folder or has "
                            "characters that no file has",
                            path, repo.id));
  }
}

// Asks once; only a file that the cache cannot give is worth waiting for.
HttpResponse Hub::Impl::head(const Repo& repo, std::string_view path,
                             const CachedFile& cached) const {
  const HttpRequest request{.method = Method::kHead,
                            .url = resolve_address(settings.endpoint, repo, path),
                            .connect_timeout = settings.metadata_timeout,
                            .idle_timeout = settings.metadata_timeout,
                            .total_timeout = settings.metadata_timeout};
  return cached.path ? transport.once(request, Redirects::kUntilDescribed)
                     : transport.patient(request, Redirects::kUntilDescribed);
}

Metadata Hub::Impl::metadata(const Repo& repo, std::string_view path) const {
  if (settings.offline) {
    throw offline_error(settings, repo, path);
  }
  const HttpResponse response = head(repo, path, {});
  if (!is_described(response)) {
    throw refusal_error(response, settings, repo);
  }
  return describe(response, settings, repo);
}

std::filesystem::path Hub::Impl::obtain(const Repo& repo, std::string_view path,
                                        const Metadata& metadata) const {
  const CacheLayout layout(settings.cache, repo);
  auto pointer = layout.pointer(metadata.commit, path);
  if (std::error_code error; std::filesystem::exists(pointer, error)) {
    remember_ref_if_possible(layout, repo.revision, metadata.commit);
    return pointer;
  }
  prepare(layout, metadata.etag, pointer);
  remember_ref(layout, repo.revision, metadata.commit);
  const FileLock lock(layout.lock(metadata.etag), [&] {
    inform(fmt::format("{} is being fetched by somebody else: waiting for that", path));
  });
  const bool fresh = !std::filesystem::exists(layout.blob(metadata.etag));
  if (fresh) {
    Repo pinned = repo;
    pinned.revision = metadata.commit;
    fetch(transport, settings,
          Download{.repo = std::move(pinned),
                   .path = std::string(path),
                   .etag = metadata.etag,
                   .size = metadata.size,
                   .part = layout.blob(metadata.etag),
                   .destination = layout.blob(metadata.etag)},
          progress);
  }
  const Linking linking = !settings.symlinks
                              ? (fresh ? Linking::kMove : Linking::kCopy)
                              : (fresh ? Linking::kSymlinkElseMove : Linking::kSymlinkElseCopy);
  link_pointer(layout.blob(metadata.etag), pointer, CacheLayout::link_target(path, metadata.etag),
               linking);
  return pointer;
}

Hub::Hub(HubSettings settings, Progress progress)
    : impl_(std::make_shared<const Impl>(std::move(settings), std::move(progress))) {}

const HubSettings& Hub::settings() const noexcept { return impl_->settings; }
bool Hub::reachable() const noexcept { return impl_->answered && !impl_->settings.offline; }

std::optional<std::filesystem::path> Hub::cached(const Repo& repo, std::string_view path) const {
  check(repo, path);
  return look_up(CacheLayout(impl_->settings.cache, repo), repo.revision, path).path;
}

std::optional<std::filesystem::path> Hub::file(const Repo& repo, std::string_view path) const {
  check(repo, path);
  const HubSettings& settings = impl_->settings;
  const CacheLayout layout(settings.cache, repo);
  const CachedFile cached = look_up(layout, repo.revision, path);
  if (settings.offline || is_commit(repo.revision)) {
    if (cached.path || cached.known_missing) {
      return cached.path;
    }
  }
  if (settings.offline) {
    throw offline_error(settings, repo, path);
  }
  const HttpResponse response = impl_->head(repo, path, cached);
  if (is_described(response)) {
    return impl_->obtain(repo, path, describe(response, settings, repo));
  }
  const Refusal refusal = refusal_of(response);
  if (refusal == Refusal::kNoFile) {
    note_missing(layout, response, repo, path);
    return std::nullopt;
  }
  const Error error = refusal_error(response, settings, repo);
  if (cached.path && refusal != Refusal::kNoRevision) {
    if (impl_->answered.exchange(false)) {
      warn(fmt::format("the copy of {} in the cache is used: {}", repo.id, error.what()));
    }
    return cached.path;
  }
  throw error;
}

std::optional<ListedFile> Hub::look(const Repo& repo, std::string_view path) const {
  check(repo, path);
  const HubSettings& settings = impl_->settings;
  if (settings.offline) {
    throw offline_error(settings, repo, path);
  }
  const HttpResponse response = impl_->head(repo, path, {});
  if (is_described(response)) {
    return ListedFile{.path = std::string(path), .size = describe(response, settings, repo).size};
  }
  if (refusal_of(response) == Refusal::kNoFile) {
    note_missing(CacheLayout(settings.cache, repo), response, repo, path);
    return std::nullopt;
  }
  throw refusal_error(response, settings, repo);
}

std::filesystem::path Hub::require(const Repo& repo, std::string_view path) const {
  if (auto found = file(repo, path)) {
    return *std::move(found);
  }
  throw Error(ErrorCode::kHub,
              fmt::format("'{}' on {} has no {} at revision '{}': see its files at {}/tree/main",
                          repo.id, impl_->settings.endpoint, path, repo.revision,
                          page_address(impl_->settings.endpoint, repo)));
}

}  // namespace trainer::hub
