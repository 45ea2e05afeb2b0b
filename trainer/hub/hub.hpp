#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Files of the Hugging Face hub, in Hugging Face's own cache layout (blobs, refs, snapshots): what
// Python downloaded is used as it is, and the other way round. Protocol and layout: docs/hub.md.
namespace trainer::hub {

struct HubSettings {
  // HF_ENDPOINT
  std::string endpoint = "https://huggingface.co";
  // HF_TOKEN, else the file HF_TOKEN_PATH; never sent to another host.
  std::string token = {};
  // HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub
  std::filesystem::path cache = {};
  // HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE
  bool offline = false;
  // Off with HF_HUB_DISABLE_SYMLINKS: files lie in the snapshots themselves.
  bool symlinks = true;
  // Off with HF_HUB_DISABLE_PROGRESS_BARS: the callback is not called.
  bool progress_bars = true;
  // SSL_CERT_FILE, REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE; empty: the system's.
  std::string ca_bundle = {};
  // HF_HUB_ETAG_TIMEOUT (seconds): a whole request for metadata.
  std::chrono::milliseconds metadata_timeout{10'000};
  // HF_HUB_DOWNLOAD_TIMEOUT (seconds): to connect, or without a byte.
  std::chrono::milliseconds download_timeout{10'000};
  // Per request, in a row without progress.
  int attempts = 5;
  // How to wait between two attempts; empty: sleep.
  std::function<void(std::chrono::milliseconds)> wait = {};

  // Values as Python's huggingface_hub reads them: true is 1, ON, YES or TRUE; paths may begin with
  // ~. Throws Error(kUsage) for an endpoint that is not an http(s) address.
  static HubSettings from_environment();
};

enum class RepoType { kModel, kDataset };

struct Repo {
  std::string id;  // "google-bert/bert-base-uncased" or "gpt2"
  RepoType type = RepoType::kModel;
  std::string revision = "main";  // branch, tag or commit
};

// Bytes so far and in all (0: not known) of one file; called from the downloading thread, of which
// there may be several.
using Progress =
    std::function<void(std::string_view file, std::uint64_t done, std::uint64_t total)>;

struct ListedFile {
  std::string path;
  std::optional<std::uint64_t> size;  // absent: the hub does not say
};

struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
};

struct Listing {
  std::string commit;
  std::vector<ListedFile> files;  // sorted by path
  bool complete = false;          // false: only what the cache happens to have
};

// Whether a listing that was fetched goes into the cache, for the next time and for Python.
enum class Keep { kYes, kNo };

// May be used from several threads; each call blocks its caller.
class Hub {
 public:
  explicit Hub(HubSettings settings, Progress progress = {});

  // Path of a file in the cache's snapshot, downloaded if need be. nullopt when the repo has no
  // such file. A revision that is a full commit needs no network once it is cached; when the hub
  // cannot be asked, the cached copy serves. Throws Error(kHub) with the remedy: no such repo or
  // revision (404), gated or private (401/403), rate limit (429), offline and not cached, checksum
  // mismatch, connection lost; Error(kIo) when the cache cannot be written.
  std::optional<std::filesystem::path> file(const Repo& repo, std::string_view path) const;
  // As file(), but a missing file is an Error that names repo and file.
  std::filesystem::path require(const Repo& repo, std::string_view path) const;
  // Paths of all files of the repo at its revision; offline: of those in the cache.
  std::vector<std::string> list(const Repo& repo) const;
  // As list(), with the commit and sizes. A commit whose listing the cache has (trees/) needs no
  // request, and when the hub gives no answer that of the last time serves. A commit that is not
  // known is empty (offline only).
  Listing listing(const Repo& repo, Keep keep) const;

  // A file as the hub tells of it, without fetching it; the cache is not looked at. nullopt when
  // the repo has no such file. Throws as file().
  std::optional<ListedFile> look(const Repo& repo, std::string_view path) const;
  // Exactly these bytes of a file of a commit (`pinned.revision`), of which nothing is kept: a part
  // has no checksum. Memory is taken as they arrive. Where the server knows no ranges, what lies
  // before them is fetched too, and nothing behind. Throws Error(kHub) when they do not come.
  std::vector<std::byte> read(const Repo& pinned, std::string_view path, ByteRange range) const;

  // Makes folder/path the file of a commit (`pinned.revision`); what is there already and right
  // stays (hub/local_folder.hpp).
  void place(const Repo& pinned, std::string_view path, const std::filesystem::path& folder) const;

  // What the cache holds of file(), without asking anybody.
  std::optional<std::filesystem::path> cached(const Repo& repo, std::string_view path) const;
  // False once a cached copy had to serve because the hub gave no answer, and when offline.
  bool reachable() const noexcept;
  const HubSettings& settings() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;  // copies of a Hub share their connections
};

// "name" or "org/name": letters, digits and -._ only, no ".." or "--", at most 96 characters.
bool is_repo_id(std::string_view text);

}  // namespace trainer::hub
