#include "train/checkpoint.hpp"

#include <ATen/core/Tensor.h>
#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "config/error.hpp"
#include "config/json.hpp"
#include "hub/disk.hpp"
#include "hub/safetensors.hpp"
#include "models/export.hpp"
#include "train/row_json.hpp"

namespace trainer::train {
namespace {

namespace fs = std::filesystem;
constexpr const char* kPrefix = "checkpoint-";
constexpr const char* kStateFile = "trainer_state.json";
constexpr const char* kOptimizerFile = "optimizer.safetensors";

hub::TensorView view_of(const at::Tensor& tensor) {
  return {.dtype = hub::DType::kF32,
          .shape = {tensor.numel()},
          .data = std::as_bytes(
              std::span(tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())))};
}

std::string name_of(Order order) { return order == Order::kShuffled ? "shuffled" : "sequential"; }

nlohmann::ordered_json to_json(const TrainerState& s, std::int64_t optimizer_steps) {
  nlohmann::ordered_json history = nlohmann::ordered_json::array();
  for (const Row& row : s.log_history) history.push_back(train::to_json(row));
  return {{"rows", s.plan.rows},
          {"fingerprint", s.plan.fingerprint},
          {"order", name_of(s.plan.order)},
          {"seed", s.plan.seed},
          {"batch_size", s.plan.batch_size},
          {"gradient_accumulation_steps", s.plan.gradient_accumulation_steps},
          {"global_step", s.global_step},
          {"max_steps", s.max_steps},
          {"epoch_index", s.epoch},
          {"batch_in_epoch", s.batch},
          {"forward_passes", s.forward_passes},
          {"loss_since_log", s.loss_since_log},
          {"last_logged_step", s.last_logged_step},
          {"total_loss", s.total_loss},
          {"optimizer_steps", optimizer_steps},
          {"log_history", history}};
}

std::optional<std::int64_t> step_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!name.starts_with(kPrefix)) return std::nullopt;
  const std::string digits = name.substr(std::strlen(kPrefix));
  if (digits.empty() || digits.size() > 18 ||
      digits.find_first_not_of("0123456789") != std::string::npos) {
    return std::nullopt;
  }
  return std::stoll(digits);
}

// Complete checkpoints, oldest first.
std::vector<fs::path> checkpoints(const fs::path& directory) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (step_of(entry.path()) && fs::exists(entry.path() / kStateFile))
      found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end(),
            [](const fs::path& a, const fs::path& b) { return *step_of(a) < *step_of(b); });
  return found;
}

void read_moments(const hub::Safetensors& file, const std::string& name, const fs::path& place,
                  at::Tensor& to) {
  const auto found = file.tensors().find(name);
  const auto bytes = static_cast<std::size_t>(to.numel()) * sizeof(float);
  if (found == file.tensors().end() || found->second.dtype != hub::DType::kF32 ||
      found->second.data.size() != bytes) {
    throw Error(ErrorCode::kInvalidInput, place.string() +
                                              ": its optimizer state is of another model; give the "
                                              "--model and --dataset that the run began with");
  }
  std::memcpy(to.mutable_data_ptr<float>(), found->second.data.data(), bytes);
}

// Seeds are unsigned, unlike all other numbers here.
std::uint64_t read_seed(const config::JsonObject& json) {
  const nlohmann::json* seed = json.find("seed");
  if (seed != nullptr && seed->is_number_unsigned()) return seed->get<std::uint64_t>();
  return static_cast<std::uint64_t>(config::required_int(json, "seed", config::kNotNegative));
}

// The plan that the checkpoint was written under must be this run's.
void require_same(const config::JsonObject& json, const RowPlan& plan, const fs::path& checkpoint) {
  const auto number = [&json](const char* key) {
    return std::to_string(config::required_int(json, key, config::kPositive));
  };
  struct Part {
    const char* what;
    std::string was;
    std::string is;
  };
  const Part parts[] = {{"--batch-size", number("batch_size"), std::to_string(plan.batch_size)},
                        {"--gradient-accumulation-steps", number("gradient_accumulation_steps"),
                         std::to_string(plan.gradient_accumulation_steps)},
                        {"--seed", std::to_string(read_seed(json)), std::to_string(plan.seed)},
                        {"the rows' order (--no-shuffle)", config::required_string(json, "order"),
                         name_of(plan.order)},
                        {"the number of training rows (--dataset, --train-samples)", number("rows"),
                         std::to_string(plan.rows)},
                        {"the training texts' SHA-256 (--dataset, --shuffle-seed)",
                         config::required_string(json, "fingerprint"), plan.fingerprint}};
  for (const Part& part : parts) {
    if (part.was == part.is) continue;
    throw Error(ErrorCode::kInvalidInput,
                checkpoint.string() + ": " + part.what + " was " + part.was + " and is now " +
                    part.is +
                    "; give what the run began with, or start anew without "
                    "--resume-from-checkpoint");
  }
}

}  // namespace

fs::path write_checkpoint(const fs::path& output_directory, const models::Classifier& model,
                          const std::vector<models::StoredFile>& tokenizer, AdamW& optimizer,
                          const TrainerState& state) {
  const fs::path target = output_directory / (kPrefix + std::to_string(state.global_step));
  fs::path temporary = target;
  temporary += ".tmp";
  fs::remove_all(temporary);
  try {
    models::export_model(model, tokenizer, temporary);
    hub::write_safetensors(temporary / kOptimizerFile,
                           {{"m", view_of(optimizer.m())}, {"v", view_of(optimizer.v())}}, {});
    models::write_file(temporary / kStateFile, to_json(state, optimizer.steps()).dump(1) + "\n");
    fs::remove_all(target);
    const hub::FileDescriptor folder = hub::open_file(temporary, O_RDONLY | O_DIRECTORY);
    hub::publish(folder.get(), temporary, target);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
  return target;
}

fs::path find_checkpoint(const fs::path& directory) {
  if (fs::exists(directory / kStateFile)) return directory;
  const std::vector<fs::path> found = checkpoints(directory);
  if (found.empty()) {
    throw Error(ErrorCode::kNotFound, directory.string() +
                                          " is not a checkpoint and holds none (checkpoint-STEP/" +
                                          std::string(kStateFile) + "); see --save-strategy");
  }
  return found.back();
}

TrainerState read_checkpoint(const fs::path& checkpoint, const RowPlan& plan, AdamW& optimizer) {
  const auto json = config::JsonObject::read(checkpoint / kStateFile);
  require_same(json, plan, checkpoint);
  const hub::Safetensors moments = hub::Safetensors::open(checkpoint / kOptimizerFile);
  read_moments(moments, "m", checkpoint, optimizer.m());
  read_moments(moments, "v", checkpoint, optimizer.v());
  TrainerState state;
  state.plan = plan;
  state.global_step = config::required_int(json, "global_step", config::kNotNegative);
  state.max_steps = config::required_int(json, "max_steps", config::kNotNegative);
  state.epoch = config::required_int(json, "epoch_index", config::kNotNegative);
  const Sampler sampler{.rows = plan.rows, .batch_size = plan.batch_size};
  state.batch = config::required_int(json, "batch_in_epoch", {0, sampler.batches_per_epoch()});
  state.forward_passes =
      static_cast<std::uint32_t>(config::required_int(json, "forward_passes", {0, 4294967295}));
  state.loss_since_log = config::required_number(json, "loss_since_log");
  state.last_logged_step = config::required_int(json, "last_logged_step", config::kNotNegative);
  state.total_loss = config::required_number(json, "total_loss");
  optimizer.set_steps(config::required_int(json, "optimizer_steps", config::kNotNegative));
  if (const nlohmann::json* history = json.find("log_history"); history && history->is_array()) {
    for (const auto& row : *history) state.log_history.push_back(row_from_json(row));
  }
  return state;
}

void prune_checkpoints(const fs::path& output_directory, std::size_t keep) {
  const std::vector<fs::path> found = checkpoints(output_directory);
  for (std::size_t i = 0; i + keep < found.size(); ++i) {
    std::error_code ignored;
    fs::remove_all(found[i], ignored);
  }
}

}  // namespace trainer::train
