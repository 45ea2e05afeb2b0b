#include "config/error.hpp"
#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// SmolLM3: llama whose every n-th layer is not turned.
namespace trainer::models {
namespace {

constexpr DecoderDefaults kSmollm3Defaults{.vocab_size = 128256,
                                           .hidden = 2048,
                                           .layers = 36,
                                           .heads = 16,
                                           .kv_heads = 4,
                                           .max_positions = 32768,
                                           .pad_id = 128004};

// 1: the layer is turned.
std::vector<std::int64_t> turned_layers(const config::JsonObject& json, std::int64_t layers) {
  const std::int64_t interval = config::int_or(json, "no_rope_layer_interval", 4, {1, 1024});
  std::vector<std::int64_t> turned;
  for (std::int64_t i = 0; i < layers; ++i) turned.push_back((i + 1) % interval != 0 ? 1 : 0);
  if (const auto listed = config::find_ints(json, "no_rope_layers", {0, 1})) turned = *listed;
  if (static_cast<std::int64_t>(turned.size()) != layers)
    throw Error(ErrorCode::kInvalidInput,
                json.place() + ": no_rope_layers must have an entry per layer");
  return turned;
}

void read_smollm3(const config::JsonObject& json, ClassifierConfig& config) {
  read_llama_fields(json, kSmollm3Defaults, config);
  nn::TransformerConfig& body = config.body;
  const std::int64_t positions =
      config::int_or(json, "max_position_embeddings", kSmollm3Defaults.max_positions, kSize);
  body.query_bias = body.key_bias = body.value_bias = body.output_bias =
      config::bool_or(json, "attention_bias", false);
  body.up_bias = body.down_bias = config::bool_or(json, "mlp_bias", false);
  const std::vector<std::int64_t> turned = turned_layers(json, body.layers);
  const std::vector<std::string> types = layer_types(json, body.layers);
  const auto window = int_or_none(json, "sliding_window", std::nullopt);
  const bool windows = window && config::bool_or(json, "use_sliding_window", false);
  for (std::size_t i = 0; i < turned.size(); ++i) {
    nn::LayerKind& kind = body.layer_kinds[i];
    if (turned[i] == 0) kind.rotary = -1;
    const bool sliding = types.empty() ? turned[i] == 0 : types[i] == "sliding_attention";
    if (windows && sliding) kind.left = *window - 1;
  }
  body.rotaries = {
      read_rotary(json, body.size_of_head(), {.theta = 2'000'000.0, .max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kSmollm3 = {.name = "smollm3",
                            .architecture = "SmolLM3ForSequenceClassification",
                            .base_prefix = "model",
                            .read = read_smollm3,
                            .body = kLlamaBody,
                            .head = kScoreHead,
                            .drops = kDropsAttention};

}  // namespace trainer::models
