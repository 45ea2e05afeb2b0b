#include "weights/resolve_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "config/error.hpp"
#include "hub/parallel.hpp"
#include "weights/file_names.hpp"
#include "weights/shard_index.hpp"

namespace trainer::weights {
namespace {

constexpr std::string_view kConfig = "config.json";
// What text/tokenizer.hpp reads of a model.
constexpr std::array<std::string_view, 12> kTokenizerFiles{"tokenizer.json",
                                                           "tokenizer_config.json",
                                                           "vocab.txt",
                                                           "vocab.json",
                                                           "merges.txt",
                                                           "special_tokens_map.json",
                                                           "added_tokens.json",
                                                           "spiece.model",
                                                           "sentencepiece.bpe.model",
                                                           "spm.model",
                                                           "tokenizer.model",
                                                           "sentencepiece.model"};
constexpr std::array<std::string_view, 4> kForeignWeights{
    "tf_model.h5", "flax_model.msgpack", "model.ckpt.index", "adapter_model.safetensors"};
constexpr std::size_t kParallelDownloads = 4;

Error no_readable_weights(const std::string& where, const std::vector<std::string>& files) {
  std::string found;
  for (const std::string_view name : kForeignWeights) {
    if (std::find(files.begin(), files.end(), name) != files.end()) {
      found += (found.empty() ? "only " : ", ") + std::string(name);
    }
  }
  return {ErrorCode::kUnsupported,
          fmt::format("{} has neither model.safetensors nor pytorch_model.bin{}: take a repo or "
                      "revision that has one of them, or save the model once more with safetensors "
                      "and give its directory",
                      where, found.empty() ? "" : " (" + found + ")")};
}

std::vector<std::string> files_in(const std::filesystem::path& directory) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    files.push_back(entry.path().filename().string());
  }
  return files;
}

// What `id_or_dir` is: a directory with a config.json, or nothing but a hub id.
std::optional<std::filesystem::path> local_directory(const std::string& id_or_dir) {
  const std::filesystem::path path(id_or_dir);
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    if (!std::filesystem::exists(path / kConfig, error)) {
      throw Error(ErrorCode::kNotFound,
                  fmt::format("{} has no config.json: it is not a model's directory", id_or_dir));
    }
    return path;
  }
  if (std::filesystem::exists(path, error)) {
    throw Error(ErrorCode::kInvalidInput,
                fmt::format("{} is a file: give the directory that holds config.json and "
                            "the weights",
                            id_or_dir));
  }
  if (!hub::is_repo_id(id_or_dir)) {
    throw Error(ErrorCode::kNotFound,
                fmt::format("'{}' is neither a directory nor a hub id like "
                            "google-bert/bert-base-uncased: mend the path or the name",
                            id_or_dir));
  }
  return std::nullopt;
}

// A repo at one commit: the files of a model belong together, even when its branch moves meanwhile.
class PinnedModel {
 public:
  PinnedModel(const hub::Hub& hub, const std::string& id, const std::string& revision)
      : hub_(hub), repo_{.id = id, .revision = revision}, config_(hub.require(repo_, kConfig)) {
    repo_.revision = directory().filename().string();
  }

  const std::filesystem::path& config() const noexcept { return config_; }
  std::filesystem::path directory() const { return config_.parent_path(); }

  // Where the hub cannot be asked, what was downloaded before is all there is.
  std::optional<std::filesystem::path> file(std::string_view path) const {
    return hub_.reachable() ? hub_.file(repo_, path) : hub_.cached(repo_, path);
  }

  void fetch_tokenizer() const {
    for (const std::string_view name : kTokenizerFiles) {
      file(name);
    }
  }

  void fetch_weights() const {
    for (const FileNames& names : kFileNames) {
      if (file(names.whole)) {
        return;
      }
      if (const auto index = file(names.index)) {
        fetch_all(read_shard_index(*index).files);
        return;
      }
    }
    if (!hub_.reachable()) {
      hub_.require(repo_,
                   kFileNames.front().whole);  // asks once more, or says why nobody may be asked
    }
    throw no_readable_weights(fmt::format("'{}' at revision '{}'", repo_.id, repo_.revision),
                              hub_.list(repo_));
  }

 private:
  void fetch_all(const std::vector<std::string>& files) const {
    hub::for_each_parallel(files.size(), kParallelDownloads,
                           [&](std::size_t i) { hub_.require(repo_, files[i]); });
  }

  const hub::Hub& hub_;
  hub::Repo repo_;
  std::filesystem::path config_;
};

void check_local_weights(const std::filesystem::path& directory) {
  std::error_code error;
  const bool found = std::any_of(kFileNames.begin(), kFileNames.end(), [&](const FileNames& names) {
    return std::filesystem::exists(directory / names.whole, error) ||
           std::filesystem::exists(directory / names.index, error);
  });
  if (!found) throw no_readable_weights(directory.string(), files_in(directory));
}

}  // namespace

std::filesystem::path resolve_model(
    const hub::Hub& hub, const std::string& id_or_dir, const std::string& revision,
    const std::function<void(const std::filesystem::path&)>& check_config) {
  if (const auto directory = local_directory(id_or_dir)) {
    check_config(*directory / kConfig);
    check_local_weights(*directory);
    return *directory;
  }
  const PinnedModel model(hub, id_or_dir, revision);
  check_config(model.config());
  model.fetch_tokenizer();
  model.fetch_weights();
  return model.directory();
}

std::filesystem::path resolve_tokenizer(const hub::Hub& hub, const std::string& id_or_dir,
                                        const std::string& revision) {
  if (const auto directory = local_directory(id_or_dir)) {
    return *directory;
  }
  const PinnedModel model(hub, id_or_dir, revision);
  model.fetch_tokenizer();
  return model.directory();
}

}  // namespace trainer::weights
