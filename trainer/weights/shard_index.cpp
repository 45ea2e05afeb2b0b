#include "weights/shard_index.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "config/error.hpp"
#include "config/json.hpp"
#include "config/printable.hpp"
#include "hub/cache_layout.hpp"

namespace trainer::weights {

ShardIndex read_shard_index(const std::filesystem::path& index) {
  const auto document = config::JsonObject::read(index);
  const auto map = document.object("weight_map");
  if (!map || map->json().empty()) {
    throw Error(
        ErrorCode::kInvalidInput,
        fmt::format("{}: 'weight_map' is missing or empty: is the file whole?", index.string()));
  }
  ShardIndex shards;
  std::set<std::string> files;
  for (const auto& [tensor, value] : map->json().items()) {
    const std::string* file = value.get_ptr<const std::string*>();
    if (file == nullptr || !hub::is_repo_path(*file) || file->find('/') != std::string::npos) {
      throw Error(ErrorCode::kInvalidInput,
                  fmt::format("{}: tensor '{}' is not in a file beside the index", index.string(),
                              config::printable(tensor)));
    }
    files.insert(*file);
    shards.file_of_tensor.emplace(tensor, *file);
  }
  shards.files.assign(files.begin(), files.end());
  return shards;
}

}  // namespace trainer::weights
