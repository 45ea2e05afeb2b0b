#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/classifier.hpp"
#include "models/stored_file.hpp"
#include "train/optimizer.hpp"
#include "train/state.hpp"

// A checkpoint is a folder OUT/checkpoint-STEP: the model as export_model() writes it (so that it
// also loads in transformers), optimizer.safetensors (the optimizer's buffers, flat, in the order
// of the model's trained parameters) and trainer_state.json. It appears whole: written beside under
// a temporary name, flushed to the disk, then renamed; one that is written once more is exchanged
// in one step.
namespace trainer::train {

// Returns the folder. Throws Error(kIo) when there is no room; nothing stays behind.
std::filesystem::path write_checkpoint(const std::filesystem::path& output_directory,
                                       const models::Classifier& model,
                                       const std::vector<models::StoredFile>& tokenizer,
                                       Optimizer& optimizer, const TrainerState& state);

// Reads optimizer and state back; the weights are loaded as those of any model directory. Throws
// Error(kInvalidInput) when the checkpoint is of another model or optimizer, or of another plan
// than this run's: its place in the epoch would then skip rows or repeat them.
TrainerState read_checkpoint(const std::filesystem::path& checkpoint, const BatchPlan& plan,
                             Optimizer& optimizer);
// What the run that wrote it began from; empty when it does not say.
std::string base_model_of(const std::filesystem::path& checkpoint);
// "float32" or "bfloat16": what the run that wrote it computed in, and goes on in to be the same
// bit for bit; empty when it does not say. Throws Error(kInvalidInput) for another name.
std::string compute_dtype_of(const std::filesystem::path& checkpoint);

}  // namespace trainer::train
