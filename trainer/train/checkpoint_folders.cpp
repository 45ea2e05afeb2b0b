#include "train/checkpoint_folders.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "config/error.hpp"

namespace trainer::train {
namespace {

namespace fs = std::filesystem;
constexpr const char* kPrefix = "checkpoint-";

// Complete checkpoints, oldest first.
std::vector<fs::path> checkpoints(const fs::path& directory) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (checkpoint_step(entry.path()) && fs::exists(entry.path() / kStateFile))
      found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end(), [](const fs::path& a, const fs::path& b) {
    return *checkpoint_step(a) < *checkpoint_step(b);
  });
  return found;
}

}  // namespace

fs::path checkpoint_folder(const fs::path& output_directory, std::int64_t step) {
  return output_directory / (kPrefix + std::to_string(step));
}

std::optional<std::int64_t> checkpoint_step(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::string digits = name.substr(std::strlen(kPrefix));
  if (digits.empty() || digits.size() > 18 ||
      digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return std::stoll(digits);
}

fs::path find_checkpoint(const fs::path& directory) {
  if (fs::exists(directory / kStateFile)) return directory;
  if (const auto found = newest_checkpoint(directory)) return *found;
  throw Error(ErrorCode::kNotFound, directory.string() +
                                        " is not a checkpoint and holds none (checkpoint-STEP/" +
                                        std::string(kStateFile) + "); see --save-strategy");
}

std::optional<fs::path> newest_checkpoint(const fs::path& directory) {
  const std::vector<fs::path> found = checkpoints(directory);
  if (found.empty()) return std::nullopt;
  return found.back();
}

void prune_checkpoints(const fs::path& saved, std::size_t keep, const fs::path& best) {
  std::vector<fs::path> found = checkpoints(saved.parent_path());
  std::erase_if(found, [newest = checkpoint_step(saved)](const fs::path& folder) {
    return checkpoint_step(folder) > newest;
  });
  const auto stays = [&](const fs::path& folder) {
    std::error_code ignored;
    return folder == saved || (!best.empty() && fs::equivalent(folder, best, ignored));
  };
  const auto kept = static_cast<std::size_t>(std::count_if(found.begin(), found.end(), stays));
  std::size_t left = found.size();
  for (const fs::path& folder : found) {
    if (left <= std::max(keep, kept)) return;
    if (stays(folder)) continue;
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    --left;
  }
}

void prune_all_but(const fs::path& output_directory, const fs::path& kept) {
  for (const fs::path& folder : checkpoints(output_directory)) {
    std::error_code ignored;
    if (!fs::equivalent(folder, kept, ignored)) fs::remove_all(folder, ignored);
  }
}

}  // namespace trainer::train
