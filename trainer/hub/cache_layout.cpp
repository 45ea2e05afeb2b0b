#include "hub/cache_layout.hpp"

#include <algorithm>
#include <utility>

#include "hub/url.hpp"

namespace trainer::hub {
namespace {

constexpr std::size_t kMaxRepoId = 96;
constexpr std::size_t kMaxBlobName = 128;
constexpr std::size_t kMaxPath = 1024;
constexpr std::size_t kMaxPart = 255;  // of a name on Linux's file systems

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.';
}

std::string_view kind(RepoType type) { return type == RepoType::kDataset ? "datasets" : "models"; }

std::string folder_name(const Repo& repo) {
  std::string name = std::string(kind(repo.type)) + "--" + repo.id;
  if (const std::size_t slash = name.find('/'); slash != std::string::npos) {
    name.replace(slash, 1, "--");
  }
  return name;
}

bool is_name(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), is_word) && part.front() != '-' &&
         part.front() != '.' && part.back() != '-' && part.back() != '.';
}

}  // namespace

bool is_repo_id(std::string_view text) {
  if (text.size() > kMaxRepoId || text.find("--") != std::string_view::npos ||
      text.find("..") != std::string_view::npos) {
    return false;
  }
  const std::size_t slash = text.find('/');
  return slash == std::string_view::npos
             ? is_name(text)
             : is_name(text.substr(0, slash)) && is_name(text.substr(slash + 1));
}

bool is_commit(std::string_view text) {
  return text.size() == kCommitDigits &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_repo_path(std::string_view text) {
  if (text.empty() || text.size() > kMaxPath || std::any_of(text.begin(), text.end(), [](char c) {
        return (c >= 0 && c < ' ') || c == '\x7f' || c == '\\';
      })) {
    return false;
  }
  while (true) {
    const std::size_t slash = text.find('/');
    const std::string_view part = text.substr(0, slash);
    if (part.empty() || part == "." || part == ".." || part.size() > kMaxPart) {
      return false;
    }
    if (slash == std::string_view::npos) {
      return true;
    }
    text.remove_prefix(slash + 1);
  }
}

bool is_revision(std::string_view text) { return is_repo_path(text); }

bool is_blob_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxBlobName && text.front() != '.' &&
         std::all_of(text.begin(), text.end(), is_word);
}

std::string normalized_etag(std::string_view header) {
  if (header.starts_with("W/")) {
    header.remove_prefix(2);
  }
  if (header.size() >= 2 && header.front() == '"' && header.back() == '"') {
    header = header.substr(1, header.size() - 2);
  }
  return std::string(header);
}

CacheLayout::CacheLayout(std::filesystem::path cache, const Repo& repo)
    : cache_(std::move(cache)),
      folder_(cache_ / folder_name(repo)),
      locks_(cache_ / ".locks" / folder_name(repo)) {}

std::filesystem::path CacheLayout::ref(std::string_view revision) const {
  return folder_ / "refs" / revision;
}
std::filesystem::path CacheLayout::blob(std::string_view etag) const {
  return folder_ / "blobs" / etag;
}
std::filesystem::path CacheLayout::snapshot(std::string_view commit) const {
  return folder_ / "snapshots" / commit;
}
std::filesystem::path CacheLayout::pointer(std::string_view commit, std::string_view path) const {
  return snapshot(commit) / path;
}
std::filesystem::path CacheLayout::no_exist(std::string_view commit, std::string_view path) const {
  return folder_ / ".no_exist" / commit / path;
}
std::filesystem::path CacheLayout::tree(std::string_view commit) const {
  return folder_ / "trees" / (std::string(commit) + ".json");
}
std::filesystem::path CacheLayout::lock(std::string_view etag) const {
  return locks_ / (std::string(etag) + ".lock");
}

std::filesystem::path CacheLayout::link_target(std::string_view path, std::string_view etag) {
  std::filesystem::path target = "../..";
  for (auto depth = std::count(path.begin(), path.end(), '/'); depth > 0; --depth) {
    target /= "..";
  }
  return target / "blobs" / etag;
}

std::string resolve_address(const std::string& endpoint, const Repo& repo, std::string_view path) {
  return page_address(endpoint, repo) + "/resolve/" + encode_component(repo.revision) + "/" +
         encode_path(path);
}

std::string api_address(const std::string& endpoint, const Repo& repo) {
  return endpoint + "/api/" + std::string(kind(repo.type)) + "/" + repo.id + "/revision/" +
         encode_component(repo.revision);
}

std::string tree_address(const std::string& endpoint, const Repo& repo) {
  return endpoint + "/api/" + std::string(kind(repo.type)) + "/" + repo.id + "/tree/" +
         encode_component(repo.revision) + "?recursive=true";
}

std::string page_address(const std::string& endpoint, const Repo& repo) {
  return endpoint + (repo.type == RepoType::kDataset ? "/datasets/" : "/") + repo.id;
}

}  // namespace trainer::hub
