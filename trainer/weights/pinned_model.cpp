#include "weights/pinned_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "config/error.hpp"
#include "hub/parallel.hpp"
#include "weights/file_names.hpp"
#include "weights/shard_index.hpp"

namespace trainer::weights {
namespace {

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

}  // namespace

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

void check_local_weights(const std::filesystem::path& directory) {
  std::error_code error;
  const bool found = std::any_of(kFileNames.begin(), kFileNames.end(), [&](const FileNames& names) {
    return std::filesystem::exists(directory / names.whole, error) ||
           std::filesystem::exists(directory / names.index, error);
  });
  if (!found) throw no_readable_weights(directory.string(), files_in(directory));
}

PinnedModel::PinnedModel(const hub::Hub& hub, const std::string& id, const std::string& revision)
    : hub_(hub), repo_{.id = id, .revision = revision}, config_(hub.require(repo_, kConfig)) {
  repo_.revision = directory().filename().string();
}

std::optional<std::filesystem::path> PinnedModel::file(std::string_view path) const {
  return hub_.reachable() ? hub_.file(repo_, path) : hub_.cached(repo_, path);
}

void PinnedModel::fetch_tokenizer() const {
  for (const std::string_view name : kTokenizerFiles) {
    file(name);
  }
}

void PinnedModel::fetch_weights() const {
  for (const FileNames& names : kFileNames) {
    if (file(names.whole)) {
      return;
    }
    if (const auto index = file(names.index)) {
      const std::vector<std::string> files = read_shard_index(*index).files;
      hub::for_each_parallel(files.size(), kParallelFiles,
                             [&](std::size_t i) { hub_.require(repo_, files[i]); });
      return;
    }
  }
  throw_no_weights();
}

void PinnedModel::throw_no_weights() const {
  if (!hub_.reachable()) {
    // Asks once more, or says why nobody may be asked.
    hub_.require(repo_, kFileNames.front().whole);
  }
  throw no_readable_weights(fmt::format("'{}' at revision '{}'", repo_.id, repo_.revision),
                            hub_.list(repo_));
}

}  // namespace trainer::weights
