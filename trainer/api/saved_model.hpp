#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "api/options.hpp"
#include "models/classifier.hpp"
#include "models/stored_file.hpp"
#include "train/state.hpp"

namespace trainer::api {

struct TrainedModel {
  const models::Classifier& model;
  const std::vector<models::StoredFile>& tokenizer;
  const train::TrainerState& state;
  std::string data_origin;
};

struct SavedModel {
  std::vector<std::filesystem::path> files;  // of the model, in the directory
  std::filesystem::path archive;             // NAME.tar.gz of them
};

// The model directory that transformers loads, with model card and flags, and NAME.tar.gz of it.
// Throws Error(kIo).
SavedModel save_model(const FineTuneOptions& options, const TrainedModel& trained,
                      const std::filesystem::path& directory);

}  // namespace trainer::api
