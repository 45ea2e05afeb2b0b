#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Files of the Hugging Face hub, in Hugging Face's own cache layout (blobs, refs, snapshots): what Python downloaded is
// used as it is, and the other way round. Protocol and layout: docs/hub.md.
namespace trainer::hub {

struct HubSettings {
  std::string endpoint = "https://huggingface.co";  // HF_ENDPOINT
  std::string token;                                // HF_TOKEN, else the file HF_TOKEN_PATH; never sent to another host
  std::filesystem::path cache;                      // HF_HUB_CACHE, else HF_HOME/hub, else ~/.cache/huggingface/hub
  bool offline = false;                             // HF_HUB_OFFLINE, TRANSFORMERS_OFFLINE

  static HubSettings from_environment();
};

enum class RepoType { kModel, kDataset };

struct Repo {
  std::string id;  // "google-bert/bert-base-uncased" or "gpt2"
  RepoType type = RepoType::kModel;
  std::string revision = "main";  // branch, tag or commit
};

// Bytes so far and in all of one file; called from the downloading thread.
using Progress = std::function<void(std::string_view file, std::uint64_t done, std::uint64_t total)>;

// May be used from several threads; each call blocks its caller.
class Hub {
 public:
  explicit Hub(HubSettings settings, Progress progress = {});

  // Path of a file in the cache's snapshot, downloaded if need be. nullopt when the repo has no such file. Throws
  // Error(kHub) with the remedy: no such repo or revision (404), gated or private (401/403), rate limit (429), offline
  // and not cached, checksum mismatch, connection lost.
  std::optional<std::filesystem::path> file(const Repo& repo, std::string_view path) const;
  // As file(), but a missing file is an Error that names repo and file.
  std::filesystem::path require(const Repo& repo, std::string_view path) const;
  // Paths of all files of the repo at its revision.
  std::vector<std::string> list(const Repo& repo) const;

 private:
  HubSettings settings_;
  Progress progress_;
};

// A model's directory: `id_or_dir` itself if it is a directory, else a hub id whose config.json and tokenizer files are
// fetched. `check_config` sees config.json's path before any weights are asked for and throws to refuse the model.
// Returns a directory that holds config.json, tokenizer files and model.safetensors (or its shards and index).
std::filesystem::path resolve_model(const Hub& hub, const std::string& id_or_dir, const std::string& revision,
                                    const std::function<void(const std::filesystem::path&)>& check_config);

}  // namespace trainer::hub
