#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "models/classifier.hpp"
#include "models/stored_file.hpp"
#include "train/optimizer.hpp"
#include "train/state.hpp"

// A checkpoint is a folder OUT/checkpoint-STEP: the model as export_model() writes it (so that it
// also loads in transformers), optimizer.safetensors (moments m and v, flat, in the order of the
// model's parameters) and trainer_state.json. It appears whole: written beside under a temporary
// name, flushed to the disk, then renamed.
namespace trainer::train {

// Returns the folder. Throws Error(kIo) when there is no room; nothing stays behind.
std::filesystem::path write_checkpoint(const std::filesystem::path& output_directory,
                                       const models::Classifier& model,
                                       const std::vector<models::StoredFile>& tokenizer,
                                       AdamW& optimizer, const TrainerState& state);

// The folder itself when it is a checkpoint, else its newest checkpoint-*. Throws Error(kNotFound).
std::filesystem::path find_checkpoint(const std::filesystem::path& directory);

// Reads moments and state back; the weights are loaded as those of any model directory. Throws
// Error(kInvalidInput) when the checkpoint is of another model, or of another plan than this run's:
// its place in the epoch would then skip rows or repeat them.
TrainerState read_checkpoint(const std::filesystem::path& checkpoint, const RowPlan& plan,
                             AdamW& optimizer);

// Removes all but the `keep` newest checkpoints of the output directory.
void prune_checkpoints(const std::filesystem::path& output_directory, std::size_t keep);

}  // namespace trainer::train
