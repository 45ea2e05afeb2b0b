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
// What its name says; nullopt for the name of anything else.
std::optional<std::int64_t> checkpoint_step(const std::filesystem::path& folder);

// The folder itself when it is a checkpoint, else its newest checkpoint-*. Throws Error(kNotFound).
std::filesystem::path find_checkpoint(const std::filesystem::path& directory);
// The newest whole checkpoint of the directory; nullopt when there is none.
std::optional<std::filesystem::path> newest_checkpoint(const std::filesystem::path& directory);

// Removes the oldest of the checkpoints up to `saved`, the one just written, until `keep` are left.
// `saved` stays, and so does `best`, when it is not empty, whatever `keep` says. Those of later
// steps are not this run's and stay.
void prune_checkpoints(const std::filesystem::path& saved, std::size_t keep,
                       const std::filesystem::path& best = {});
// Removes every checkpoint but this one.
void prune_all_but(const std::filesystem::path& output_directory,
                   const std::filesystem::path& kept);

}  // namespace trainer::train
