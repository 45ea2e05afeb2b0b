#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "models/classifier.hpp"
#include "models/stored_file.hpp"
#include "train/optimizer.hpp"
#include "train/state.hpp"

namespace trainer::train {

// Writes the checkpoints of one run and removes those that are not to be kept. A disk that is full
// or fails costs a checkpoint, never the run: what was written before stays.
class CheckpointKeeper {
 public:
  // `resumed_from`: the checkpoint that the run goes on from, if any.
  CheckpointKeeper(std::filesystem::path output_directory, std::size_t keep,
                   std::vector<models::StoredFile> tokenizer,
                   std::optional<std::filesystem::path> resumed_from);

  struct Saved {
    std::optional<std::filesystem::path> folder;  // absent: nothing was written now
    // What people should be told: nothing when all is well or when it was said before.
    std::optional<std::string> trouble;
  };
  // Saves unless this step is saved already; notes in the state which folder holds the best model.
  Saved save(const models::Classifier& model, Optimizer& optimizer, TrainerState& state);
  // "the last good checkpoint is …", one of this run, or that there is none.
  std::string last_good() const;

 private:
  std::filesystem::path directory_;
  std::size_t keep_;
  std::vector<models::StoredFile> tokenizer_;
  std::optional<std::filesystem::path> last_;
  std::int64_t saved_at_ = -1;
  bool failing_ = false;
};

}  // namespace trainer::train
