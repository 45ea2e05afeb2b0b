#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "hub/hub.hpp"

// The inside of resolve_model.hpp and model_outline.hpp: where a model's files are. For .cpp files
// of this folder.
namespace trainer::weights {

inline constexpr std::string_view kConfig = "config.json";
inline constexpr std::size_t kParallelFiles = 4;

// What `id_or_dir` is: a directory with a config.json, or nothing but a hub id. Throws Error for
// what can be neither.
std::optional<std::filesystem::path> local_directory(const std::string& id_or_dir);
// Throws Error(kUnsupported) for a directory without weights that can be read.
void check_local_weights(const std::filesystem::path& directory);

// A repo at one commit: the files of a model belong together, even when its branch moves meanwhile.
// Fetches config.json when it is made; throws Error as hub::Hub does. `hub` must outlive it.
class PinnedModel {
 public:
  PinnedModel(const hub::Hub& hub, const std::string& id, const std::string& revision);

  const hub::Hub& hub() const noexcept { return hub_; }
  const hub::Repo& repo() const noexcept { return repo_; }  // its revision is the commit
  const std::filesystem::path& config() const noexcept { return config_; }
  std::filesystem::path directory() const { return config_.parent_path(); }

  // Where the hub cannot be asked, what was downloaded before is all there is.
  std::optional<std::filesystem::path> file(std::string_view path) const;
  void fetch_tokenizer() const;
  void fetch_weights() const;
  // Says which other weights there are, or why nobody can be asked.
  [[noreturn]] void throw_no_weights() const;

 private:
  const hub::Hub& hub_;
  hub::Repo repo_;
  std::filesystem::path config_;
};

}  // namespace trainer::weights
