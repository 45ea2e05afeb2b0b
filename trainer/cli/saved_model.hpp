#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/arguments.hpp"
#include "models/classifier.hpp"
#include "models/stored_file.hpp"
#include "train/state.hpp"

namespace trainer::cli {

struct TrainedModel {
  const models::Classifier& model;
  const std::vector<models::StoredFile>& tokenizer;
  const train::TrainerState& state;
  std::string data_origin;
};

// The model directory that transformers loads, with model card and flags, and NAME.tar.gz of it;
// says on stderr where they are. Throws Error(kIo).
void save_model(const TrainArguments& arguments, const TrainedModel& trained,
                const std::filesystem::path& directory);

// Throws Error(kIo) that names --output-dir.
void make_directory(const std::filesystem::path& directory);

}  // namespace trainer::cli
