#include "models/export.hpp"

#include <ATen/core/Tensor.h>

#include <nlohmann/json.hpp>
#include <unordered_map>
#include <utility>

#include "config/dump.hpp"
#include "config/error.hpp"
#include "hub/disk.hpp"
#include "models/lora.hpp"
#include "models/model_types.hpp"
#include "models/stored_layout.hpp"
#include "weights/safetensors.hpp"

namespace trainer::models {
namespace {

using Json = nlohmann::ordered_json;

// tokenizer.json with truncation and padding switched off; the very same bytes if they are off. The
// order of its keys carries no meaning, and an order-keeping parse of a vocabulary takes quadratic
// time.
std::string without_limits(std::string text) {
  nlohmann::json json = nlohmann::json::parse(text);
  const bool limited = !json["truncation"].is_null() || !json["padding"].is_null();
  if (!limited) return text;
  json["truncation"] = nullptr;
  json["padding"] = nullptr;
  return json.dump();
}

weights::TensorView view_of(const at::Tensor& tensor) {
  return {.dtype = weights::DType::kF32,
          .shape = tensor.sizes().vec(),
          .data = std::as_bytes(
              std::span(tensor.const_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())))};
}

// Appended, for a look-up in an order-keeping object walks through it. Of classes of one name the
// last has it, as in transformers.
void add_labels(const std::vector<std::string>& labels, Json& config) {
  auto& names = (config["id2label"] = Json::object()).get_ref<Json::object_t&>();
  std::unordered_map<std::string, std::size_t> ids;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    names.emplace_back(std::to_string(i), labels[i]);
    ids[labels[i]] = i;
  }
  auto& indices = (config["label2id"] = Json::object()).get_ref<Json::object_t&>();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (ids[labels[i]] == i) indices.emplace_back(labels[i], i);
  }
}

enum class TensorNames { kStored, kAdapter };

struct Chosen {
  bool (*wanted)(const nn::ParameterSpec& spec);
  TensorNames names = TensorNames::kStored;
  Values values = Values::kMasters;
};

void write_tensors(const Classifier& model, const Chosen& chosen,
                   const std::filesystem::path& file) {
  const nn::ParameterSet& set = model.parameters();
  std::map<std::string, weights::TensorView> views;
  std::vector<at::Tensor> tensors;  // packed ones live until they are written
  for (const StoredTensor& stored : stored_tensors(set)) {
    const nn::ParameterSpec& spec = set.parameters()[stored.parts.front()].spec;
    if (!chosen.wanted(spec)) continue;
    tensors.push_back(pack(stored, set, chosen.values));
    views.emplace(chosen.names == TensorNames::kAdapter ? adapter_name(set, spec) : stored.name,
                  view_of(tensors.back()));
  }
  weights::write_safetensors(file, views, {{"format", "pt"}});
}

bool any_transposed(const nn::ParameterSet& set) {
  for (const nn::LowRankSpec& addition : set.low_rank()) {
    for (const nn::Parameter& parameter : set.parameters()) {
      if (parameter.spec.name == addition.module + ".weight")
        return parameter.spec.layout.transposed;
    }
  }
  return false;
}

}  // namespace

Json config_without_labels(const std::string& config) {
  return Json::parse(config, [](int depth, Json::parse_event_t event, const Json& value) {
    return depth != 1 || event != Json::parse_event_t::key ||
           (value != Json("id2label") && value != Json("label2id"));
  });
}

void write_config(const Classifier& model, const std::filesystem::path& directory) {
  const ClassifierConfig& config = model.config();
  Json json = config_without_labels(config.json);
  json["architectures"] = {std::string(config.type->architecture)};
  add_labels(config.labels, json);
  json["problem_type"] = data::name_of(config.problem());
  // Older readers know the weights' type as torch_dtype, newer ones as dtype.
  json["torch_dtype"] = "float32";
  json["dtype"] = "float32";
  if (config.pad_id_is_ours) json["pad_token_id"] = *config.pad_id;
  json.erase("num_labels");
  write_file(directory / "config.json", config::dump_text(json, 2) + "\n");
}

void write_weights(const Classifier& model, const std::filesystem::path& directory) {
  const auto wanted = [](const nn::ParameterSpec& spec) { return !of_low_rank(spec); };
  write_tensors(model, {.wanted = wanted}, directory / "model.safetensors");
}

void write_adapter(const Classifier& model, const std::filesystem::path& directory) {
  write_tensors(model, {.wanted = of_adapter, .names = TensorNames::kAdapter},
                directory / kAdapterWeightsFile);
  const Transposed transposed =
      any_transposed(model.parameters()) ? Transposed::kYes : Transposed::kNo;
  write_file(directory / kAdapterConfigFile, render(*model.config().lora, transposed));
}

void write_gradients(const Classifier& model, const std::filesystem::path& file) {
  write_tensors(model, {.wanted = of_adapter, .values = Values::kGradients}, file);
}

void write_tokenizer(const std::vector<StoredFile>& files, const std::filesystem::path& directory) {
  for (const StoredFile& file : files) {
    const bool limits = file.name == "tokenizer.json";
    write_file(directory / file.name, limits ? without_limits(file.text) : file.text);
  }
}

void export_model(const Classifier& model, const std::vector<StoredFile>& tokenizer,
                  const std::filesystem::path& directory) {
  hub::make_folders(directory);
  write_config(model, directory);
  model.config().lora ? write_adapter(model, directory) : write_weights(model, directory);
  write_tokenizer(tokenizer, directory);
}

}  // namespace trainer::models
