#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <system_error>

#include "config/error.hpp"
#include "config/json.hpp"
#include "hub/cache_layout.hpp"
#include "hub/hub_errors.hpp"
#include "hub/hub_impl.hpp"
#include "hub/notices.hpp"
#include "hub/tree.hpp"

namespace trainer::hub {
namespace {

constexpr std::size_t kMaxPages = 10'000;
constexpr std::size_t kMaxFiles = 5'000'000;

std::optional<Tree> read_tree(const CacheLayout& layout, const std::string& commit) {
  std::error_code error;
  const auto file = layout.tree(commit);
  if (const auto size = std::filesystem::file_size(file, error);
      error || size > config::kMaxJsonBytes) {
    return std::nullopt;
  }
  std::ifstream stream(file, std::ios::binary);
  return parse_kept_tree(std::string(std::istreambuf_iterator<char>(stream), {}));
}

Listing cached_listing(const CacheLayout& layout, const std::string& revision) {
  Listing listing;
  listing.commit = cached_commit(layout, revision).value_or("");
  if (!listing.commit.empty()) {
    if (const auto tree = read_tree(layout, listing.commit)) {
      return listing_of(*tree, listing.commit);
    }
  }
  for (std::string& path : list_cached(layout, revision)) {
    listing.files.push_back({.path = std::move(path), .size = {}});
  }
  return listing;
}

// A reply to a question about the repo itself: a bare 404 is about the repo, not about a file.
Error repo_error(const HttpResponse& response, const HubSettings& settings, const Repo& repo) {
  HttpResponse reply = response;
  if (refusal_of(response) == Refusal::kNoFile) {
    reply.headers["x-error-code"] = "RepoNotFound";
  }
  return refusal_error(reply, settings, repo);
}

bool is_good(const HttpResponse& response) { return response.status == 200 && response.complete(); }

}  // namespace

HttpResponse Hub::Impl::ask(const std::string& address) const {
  const HttpRequest request{.url = address,
                            .connect_timeout = settings.metadata_timeout,
                            .idle_timeout = settings.metadata_timeout};
  return transport.patient(request, Redirects::kAll);
}

std::optional<Tree> Hub::Impl::fetch_tree(const Repo& at_commit) const {
  Tree tree;
  std::string address = tree_address(settings.endpoint, at_commit);
  std::set<std::string> asked;
  while (asked.insert(address).second && asked.size() <= kMaxPages && tree.size() <= kMaxFiles) {
    const HttpResponse response = ask(address);
    if (refusal_of(response) == Refusal::kNoFile && asked.size() == 1) {
      return std::nullopt;  // a mirror without listings
    }
    if (!is_good(response)) {
      throw repo_error(response, settings, at_commit);
    }
    Tree more = parse_tree_page(response.body, printable_address(response.url));
    tree.insert(tree.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
    const auto at = Url::parse(response.url);
    const auto next = at ? next_page(response.header("link"), *at) : std::nullopt;
    if (!next) {
      return tree;
    }
    address = next->text();
  }
  throw Error(ErrorCode::kHub,
              fmt::format("{}: the listing of '{}' has no end: is HF_ENDPOINT a hub?",
                          settings.endpoint, at_commit.id));
}

std::vector<std::string> Hub::list(const Repo& repo) const {
  check(repo, "list");
  const HubSettings& settings = impl_->settings;
  if (settings.offline) {
    return list_cached(CacheLayout(settings.cache, repo), repo.revision);
  }
  const HttpResponse response = impl_->ask(api_address(settings.endpoint, repo));
  if (!is_good(response)) {
    throw repo_error(response, settings, repo);
  }
  return parse_description(response.body, printable_address(response.url)).paths;
}

namespace {

// The repo at the commit that the hub says its revision is. Throws Error(kHub) when it says none.
Repo pinned_by(const RepoDescription& description, const Repo& repo, const HubSettings& settings) {
  Repo pinned = repo;
  pinned.revision = description.commit.value_or(repo.revision);
  if (!is_commit(pinned.revision)) {
    throw Error(ErrorCode::kHub,
                fmt::format("{} does not say which commit '{}' of '{}' is: name a full commit",
                            settings.endpoint, repo.revision, repo.id));
  }
  return pinned;
}

// Of a mirror without trees: names, no sizes.
Listing listing_of_names(const RepoDescription& description, std::string commit) {
  Listing listing{.commit = std::move(commit), .files = {}, .complete = true};
  for (const std::string& path : description.paths) {
    listing.files.push_back({.path = path, .size = {}});
  }
  return listing;
}

}  // namespace

Listing Hub::listing(const Repo& repo, Keep keep) const {
  check(repo, "list");
  const HubSettings& settings = impl_->settings;
  const CacheLayout layout(settings.cache, repo);
  Listing cached = cached_listing(layout, repo.revision);
  if (settings.offline || (cached.complete && is_commit(repo.revision))) {
    return cached;
  }
  const HttpResponse response = impl_->ask(api_address(settings.endpoint, repo));
  if (!is_good(response)) {
    const Error error = repo_error(response, settings, repo);
    if (cached.commit.empty() || refusal_of(response) == Refusal::kNoRevision) {
      throw error;
    }
    impl_->answered = false;
    warn(fmt::format("what the cache has of {} is used: {}", repo.id, error.what()));
    return cached;
  }
  const RepoDescription description =
      parse_description(response.body, printable_address(response.url));
  const Repo pinned = pinned_by(description, repo, settings);
  auto tree = read_tree(layout, pinned.revision);
  if (!tree) {
    tree = impl_->fetch_tree(pinned);
    if (tree && keep == Keep::kYes) {
      remember_tree(layout, pinned.revision, format_tree(*tree));
    }
  }
  if (keep == Keep::kYes) {
    remember_ref_if_possible(layout, repo.revision, pinned.revision);
  }
  return tree ? listing_of(*tree, pinned.revision) : listing_of_names(description, pinned.revision);
}

}  // namespace trainer::hub
