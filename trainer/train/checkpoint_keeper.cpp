#include "train/checkpoint_keeper.hpp"

#include <utility>

#include "config/error.hpp"
#include "train/checkpoint.hpp"
#include "train/checkpoint_folders.hpp"

namespace trainer::train {

namespace fs = std::filesystem;

CheckpointKeeper::CheckpointKeeper(fs::path output_directory, std::size_t keep,
                                   std::vector<models::StoredFile> tokenizer,
                                   std::optional<fs::path> resumed_from)
    : directory_(std::move(output_directory)),
      keep_(keep),
      tokenizer_(std::move(tokenizer)),
      last_(std::move(resumed_from)) {}

CheckpointKeeper::Saved CheckpointKeeper::save(const models::Classifier& model,
                                               Optimizer& optimizer, TrainerState& state) {
  if (saved_at_ == state.global_step) return {};
  const std::string best_before = state.best_model_checkpoint;
  const fs::path best = checkpoint_folder(directory_, state.best_global_step);
  // The Trainer names it when its folder is there, and this save may be the one that makes it so.
  if (state.best_global_step > 0 &&
      (state.best_global_step == state.global_step || fs::exists(best)))
    state.best_model_checkpoint = best.string();
  Saved saved;
  try {
    saved.folder = write_checkpoint(directory_, model, tokenizer_, optimizer, state);
  } catch (const std::exception& error) {
    state.best_model_checkpoint = best_before;
    if (std::exchange(failing_, true)) return saved;
    saved.trouble = "checkpoint of step " + std::to_string(state.global_step) +
                    " not written: " + error.what() + "; training goes on, " + last_good();
    return saved;
  }
  saved_at_ = state.global_step;
  last_ = saved.folder;
  if (keep_ > 0) prune_checkpoints(*saved.folder, keep_, state.best_model_checkpoint);
  if (std::exchange(failing_, false)) saved.trouble = "checkpoints can be written again";
  return saved;
}

std::string CheckpointKeeper::last_good() const {
  return last_ ? "the last good checkpoint is " + last_->string() : "there is no checkpoint yet";
}

}  // namespace trainer::train
