#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "data/dataset.hpp"
#include "data/tokens/token_arena.hpp"
#include "data/tokens/token_cache.hpp"
#include "hub/hub.hpp"
#include "models/classifier.hpp"
#include "models/loading.hpp"
#include "text/tokenizer.hpp"
#include "weights/tensor_files.hpp"

// The steps that all uses share: from a model's name to a module with weights and its
// tokenizer.
namespace trainer::api {

// config.json, tokenizer and mapped weights of a model; nothing is copied yet.
struct ModelFiles {
  std::filesystem::path directory;
  models::ClassifierConfig config;
  text::Tokenizer tokenizer;
  weights::TensorFiles tensors;                 // of a model with adapters the base model's
  std::optional<weights::TensorFiles> adapter;  // config.lora says which
  std::string version;  // "imdb/model:v3" of a model that the tracker keeps; else empty
};

// Of a hub id, a directory or tracker://PROJECT/NAME[:VERSION] (api/artifact_model.hpp).
// Downloads what is missing, config.json first: an unsupported model is refused before its weights
// are fetched. Of a directory or repository with an adapter_config.json the base model that it
// names is opened as well; tokenizer and config.json are the adapter's own where it has them.
ModelFiles open_model(const std::string& model, const std::string& revision,
                      const hub::Progress& downloads);

// What config.json says of the labels, where the options say nothing: its problem_type; one label
// means regression.
void expect_labels(const ModelFiles& files, data::DatasetOptions& options);
// The problem type that the data was read as, and the classes: those of the checkpoint's head; for
// a bare model those of the data (its names, else as many as its highest label says; of several
// labels and of regression as many as each row has numbers).
void settle_labels(ModelFiles& files, const data::Dataset& dataset);
// The classes of a finished classifier. Throws Error(kInvalidInput) for a bare model.
void require_head(ModelFiles& files);
// Copies weights and adapter into the model.
models::LoadReport load_weights(models::Classifier& model, const ModelFiles& files);
// A finished classifier as a module with its weights; `files.config.labels` is settled as by
// require_head(). Throws what that and models::check_fit() throw, before weights are copied.
models::Classifier load_classifier(ModelFiles& files, nn::Compute compute, nn::Purpose purpose);

// Tokens a text may have: `wanted`, else `fallback` or what the model and its tokenizer take, if
// that is less. Throws Error(kUsage) when more is wanted than the model takes; a tokenizer's own
// limit is advice, which `wanted` overrules.
std::size_t text_limit(const ModelFiles& files, std::optional<std::size_t> wanted,
                       std::size_t fallback);

// On all cores; from the cache when it has them. Without one (the default) they stay in memory.
data::TokenArena tokenize_rows(const data::Dataset& dataset, const ModelFiles& files,
                               std::size_t max_length, const data::TokenCacheSettings& cache = {});

}  // namespace trainer::api
