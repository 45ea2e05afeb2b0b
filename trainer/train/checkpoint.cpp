#include "train/checkpoint.hpp"

#include <ATen/core/Tensor.h>
#include <fcntl.h>

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "config/dump.hpp"
#include "config/error.hpp"
#include "config/json.hpp"
#include "hub/disk.hpp"
#include "models/export.hpp"
#include "nn/runtime.hpp"
#include "train/checkpoint_folders.hpp"
#include "train/row_json.hpp"
#include "weights/safetensors.hpp"
#include "weights/tensor_files.hpp"

namespace trainer::train {
namespace {

namespace fs = std::filesystem;
constexpr const char* kOptimizerFile = "optimizer.safetensors";

weights::TensorView view_of(const at::Tensor& tensor) {
  return {.dtype = weights::DType::kF32,
          .shape = {tensor.numel()},
          .data = std::as_bytes(
              std::span(tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())))};
}

std::string name_of(Order order) { return order == Order::kShuffled ? "shuffled" : "sequential"; }

nlohmann::ordered_json to_json(const TrainerState& s, const Optimizer& optimizer,
                               nn::Compute compute) {
  nlohmann::ordered_json history = nlohmann::ordered_json::array();
  for (const Row& row : s.log_history) history.push_back(train::to_json(row));
  Row numbers;  // which may be infinite
  if (s.best_metric) numbers.values = {{"best_metric", *s.best_metric}};
  nlohmann::ordered_json best = train::to_json(numbers);
  return {{"rows", s.plan.rows},
          {"fingerprint", s.plan.fingerprint},
          {"order", name_of(s.plan.order)},
          {"seed", s.plan.seed},
          {"batch_size", s.plan.batch_size},
          {"gradient_accumulation_steps", s.plan.gradient_accumulation_steps},
          {"base_model", s.base_model},
          {"compute_dtype", nn::name_of(compute)},
          {"global_step", s.global_step},
          {"max_steps", s.max_steps},
          {"epoch_index", s.epoch},
          {"batch_in_epoch", s.batch},
          {"forward_passes", s.forward_passes},
          {"loss_since_log", s.loss_since_log},
          {"last_logged_step", s.last_logged_step},
          {"total_loss", s.total_loss},
          {"optim", name_of(optimizer.kind())},
          {"optimizer_steps", optimizer.steps()},
          {"metric_for_best_model", s.metric_for_best_model},
          {"greater_is_better", s.greater_is_better},
          {"best_metric", s.best_metric ? best["best_metric"] : nlohmann::ordered_json()},
          {"best_global_step", s.best_global_step},
          {"best_model_checkpoint", s.best_model_checkpoint},
          {"evaluations_without_gain", s.evaluations_without_gain},
          {"schedule", train::to_json(Row{.step = s.global_step, .values = s.schedule})},
          {"log_history", history}};
}

// At every moment there is a whole checkpoint of that name (but see hub::exchange_folders for
// network file systems): the one that was there, if any, or this.
void put_in_place(const fs::path& written, const fs::path& target) {
  const hub::FileDescriptor folder = hub::open_file(written, O_RDONLY | O_DIRECTORY);
  if (!fs::exists(target)) return hub::publish(folder.get(), written, target);
  hub::flush(folder.get(), target);
  hub::exchange_folders(written, target);
  fs::remove_all(written);
}

// The optimizer's buffers from the file, which must hold just those.
void read_buffers(const fs::path& checkpoint, Optimizer& optimizer) {
  const weights::TensorFiles file =
      weights::TensorFiles::open_safetensors(checkpoint / kOptimizerFile);
  std::vector<Optimizer::Buffer> buffers = optimizer.state();
  const bool as_many = file.tensors().size() == buffers.size();
  for (Optimizer::Buffer& buffer : buffers) {
    const auto found = file.tensors().find(buffer.name);
    const auto bytes = static_cast<std::size_t>(buffer.values.numel()) * sizeof(float);
    if (!as_many || found == file.tensors().end() || found->second.dtype != weights::DType::kF32 ||
        found->second.data.size() != bytes) {
      throw Error(
          ErrorCode::kInvalidInput,
          checkpoint.string() + ": its optimizer state is of another model or of other " +
              "trained parameters; give the --model, --dataset, --freeze and --optim-args " +
              "that the run began with");
    }
    std::memcpy(buffer.values.mutable_data_ptr<float>(), found->second.data.data(), bytes);
  }
  if (as_many) return;
  throw Error(ErrorCode::kInvalidInput, checkpoint.string() +
                                            ": its optimizer state is that of other --optim-args; "
                                            "give those that the run began with");
}

// Seeds are unsigned, unlike all other numbers here.
std::uint64_t read_seed(const config::JsonObject& json) {
  const nlohmann::json* seed = json.find("seed");
  if (seed != nullptr && seed->is_number_unsigned()) return seed->get<std::uint64_t>();
  return static_cast<std::uint64_t>(config::required_int(json, "seed", config::kNotNegative));
}

// The plan that the checkpoint was written under must be this run's.
void require_same(const config::JsonObject& json, const BatchPlan& plan, std::string_view optim,
                  const fs::path& checkpoint) {
  const auto number = [&json](const char* key) {
    return std::to_string(config::required_int(json, key, config::kPositive));
  };
  struct Part {
    const char* what;
    std::string was;
    std::string is;
  };
  const Part parts[] = {
      {"--optim", config::string_or(json, "optim", "adamw_torch"), std::string(optim)},
      {"--batch-size", number("batch_size"), std::to_string(plan.batch_size)},
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
                          const std::vector<models::StoredFile>& tokenizer, Optimizer& optimizer,
                          const TrainerState& state) {
  const fs::path target = checkpoint_folder(output_directory, state.global_step);
  fs::path temporary = target;
  temporary += ".tmp";
  fs::remove_all(temporary);
  try {
    models::export_model(model, tokenizer, temporary);
    std::map<std::string, weights::TensorView> buffers;
    for (const Optimizer::Buffer& buffer : optimizer.state())
      buffers.emplace(buffer.name, view_of(buffer.values));
    weights::write_safetensors(temporary / kOptimizerFile, buffers, {});
    models::write_file(
        temporary / kStateFile,
        config::dump_text(to_json(state, optimizer, model.parameters().compute()), 1) + "\n");
    put_in_place(temporary, target);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
  return target;
}

std::string base_model_of(const fs::path& checkpoint) {
  return config::string_or(config::JsonObject::read(checkpoint / kStateFile), "base_model", "");
}

std::string compute_dtype_of(const fs::path& checkpoint) {
  const auto json = config::JsonObject::read(checkpoint / kStateFile);
  const std::string name = config::string_or(json, "compute_dtype", "");
  if (name.empty() || name == nn::name_of(nn::Compute::kFloat32) ||
      name == nn::name_of(nn::Compute::kBfloat16))
    return name;
  throw Error(ErrorCode::kInvalidInput, (checkpoint / kStateFile).string() +
                                            ": compute_dtype is '" + name +
                                            "', neither float32 nor bfloat16");
}

TrainerState read_checkpoint(const fs::path& checkpoint, const BatchPlan& plan,
                             Optimizer& optimizer) {
  const auto json = config::JsonObject::read(checkpoint / kStateFile);
  require_same(json, plan, name_of(optimizer.kind()), checkpoint);
  read_buffers(checkpoint, optimizer);
  TrainerState state;
  state.plan = plan;
  state.base_model = config::string_or(json, "base_model", "");
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
  state.metric_for_best_model = config::string_or(json, "metric_for_best_model", "");
  state.greater_is_better = config::bool_or(json, "greater_is_better", false);
  state.best_global_step = config::int_or(json, "best_global_step", 0, config::kNotNegative);
  state.best_model_checkpoint = config::string_or(json, "best_model_checkpoint", "");
  state.evaluations_without_gain =
      config::int_or(json, "evaluations_without_gain", 0, config::kNotNegative);
  if (const nlohmann::json* best = json.find("best_metric")) {
    const Row row = row_from_json({{"best_metric", *best}});
    if (!row.values.empty()) state.best_metric = row.values.front().second;
  }
  if (const nlohmann::json* schedule = json.find("schedule"))
    state.schedule = row_from_json(*schedule).values;
  if (const nlohmann::json* history = json.find("log_history"); history && history->is_array()) {
    for (const auto& row : *history) state.log_history.push_back(row_from_json(row));
  }
  return state;
}

}  // namespace trainer::train
