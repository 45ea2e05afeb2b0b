#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>

// The folders OUT/checkpoint-STEP: their names, which is newest, which may go.
namespace trainer::train {

inline constexpr const char* kStateFile = "trainer_state.json";

std::filesystem::path checkpoint_folder(const std::filesystem::path& output_directory,
                                        std::int64_t step);

// The folder itself when it is a checkpoint, else its newest checkpoint-*. Throws Error(kNotFound).
std::filesystem::path find_checkpoint(const std::filesystem::path& directory);
// The newest whole checkpoint of the directory; nullopt when there is none.
std::optional<std::filesystem::path> newest_checkpoint(const std::filesystem::path& directory);

// Removes the oldest checkpoints of the output directory until `keep` are left. The newest stays,
// and so does `best`, when it is not empty, whatever `keep` says.
void prune_checkpoints(const std::filesystem::path& output_directory, std::size_t keep,
                       const std::filesystem::path& best = {});
// Removes every checkpoint but this one.
void prune_all_but(const std::filesystem::path& output_directory,
                   const std::filesystem::path& kept);

}  // namespace trainer::train
