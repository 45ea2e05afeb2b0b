#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/json.hpp"
#include "models/classifier_config.hpp"
#include "models/model_types.hpp"

// Reading config.json's fields that several model types share. Defaults are those of transformers'
// configuration classes. Throws as read_config() does.
namespace trainer::models {

inline constexpr config::IntRange kSize{1, 1048576};

// Whether the key is there and null: for many fields that means "none", while a missing key means
// the class's default.
bool is_null(const config::JsonObject& json, std::string_view key);
// nullopt for null, `fallback` for a missing key.
std::optional<double> number_or_none(const config::JsonObject& json, std::string_view key,
                                     std::optional<double> fallback);
std::optional<std::int64_t> int_or_none(const config::JsonObject& json, std::string_view key,
                                        std::optional<std::int64_t> fallback);

// Throws Error(kUnsupported) "WHAT is not supported".
void refuse_unless(bool fine, const config::JsonObject& json, const std::string& what);

// The activation under `key`.
nn::Activation activation_of(const config::JsonObject& json, std::string_view key,
                             const char* fallback);

// The padding id of a model that pools its last token: pad_token_id, else eos_token_id (which
// write_config then adds as pad_token_id). `fallback` is the class's default. Throws
// Error(kInvalidInput) when there is neither.
void read_pad_id(const config::JsonObject& json, std::optional<std::int64_t> fallback,
                 ClassifierConfig& config);

// The fields of the BERT family: post-norm, absolute positions, pooler or dense head.
void read_bert_fields(const config::JsonObject& json, ClassifierConfig& config);

// A decoder's head: the last token's hidden state, `score` without bias.
HeadConfig score_head();

// Of the sequence summaries of XLM and XLNet: which vector summary_type names, and
// summary_activation, where null and "" mean none.
Pool summary_pool(const config::JsonObject& json, const char* fallback);
nn::Activation summary_activation(const config::JsonObject& json, const char* fallback);

// What a llama-like type's configuration class assumes.
struct DecoderDefaults {
  std::int64_t vocab_size = 32000;
  std::int64_t hidden = 4096;
  std::int64_t feed_forward = 11008;
  std::int64_t layers = 32;
  std::int64_t heads = 32;
  std::int64_t kv_heads = 0;   // 0: as many as heads
  std::int64_t head_size = 0;  // 0: hidden / heads
  std::int64_t max_positions = 2048;
  double norm_eps = 1e-6;
  double theta = 10000.0;
  std::optional<std::int64_t> pad_id = std::nullopt;
  std::string_view activation_key = "hidden_act";
  const char* activation = "silu";
  std::string_view norm_eps_key = "rms_norm_eps";
};
// Sizes, activation, norm's eps, attention dropout; pre-norm, causal, all layers turned by the
// first rotary setting, no position table, `score`.
void read_decoder_sizes(const config::JsonObject& json, const DecoderDefaults& defaults,
                        ClassifierConfig& config);
// The same with RMSNorm and a gated feed-forward, without biases.
void read_llama_fields(const config::JsonObject& json, const DecoderDefaults& defaults,
                       ClassifierConfig& config);

// Sliding windows: layers whose layer_types entry is "sliding_attention" see `window` keys, the
// token itself counted. `fallback_sliding` tells it of a layer when the config has no layer_types.
void read_windows(const config::JsonObject& json, std::optional<std::int64_t> window,
                  bool (*fallback_sliding)(std::int64_t layer, std::int64_t pattern),
                  std::int64_t pattern, nn::TransformerConfig& body);
// config.json's layer_types, checked to be one per layer; empty when there are none.
std::vector<std::string> layer_types(const config::JsonObject& json, std::int64_t layers);

// Rotary settings from rope_parameters (also of one layer type) or rope_theta and rope_scaling.
struct RotaryDefaults {
  double theta = 10000.0;
  double partial_factor = 1.0;
  std::int64_t max_positions = 0;
  std::int64_t original_max = 0;  // 0: the class has no such field
};
nn::RotaryConfig read_rotary(const config::JsonObject& json, std::int64_t head_size,
                             const RotaryDefaults& defaults, std::string_view layer_type = {});
// Tokens a text may have under these positions: scalings that stretch with the text allow more.
std::int64_t rotary_limit(const nn::RotaryConfig& rotary);

}  // namespace trainer::models
