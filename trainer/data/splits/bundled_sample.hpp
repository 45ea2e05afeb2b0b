#pragma once

#include <filesystem>
#include <optional>

namespace trainer::data {

// Where the bundled IMDB rows lie: share/trainer/imdb-sample beside the program's bin folder, else
// the source tree's data/imdb-sample. nullopt when neither exists.
std::optional<std::filesystem::path> find_bundled_sample();

}  // namespace trainer::data
