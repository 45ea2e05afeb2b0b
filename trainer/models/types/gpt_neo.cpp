#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// GPT-Neo: GPT-2 with unscaled scores and layers that see a window only.
namespace trainer::models {
namespace {

constexpr std::array kGptNeoBody = {
    StoredName{"embeddings.words", "wte"},
    StoredName{"embeddings.positions", "wpe"},
    StoredName{"layer.#.attention.query", "h.#.attn.attention.q_proj"},
    StoredName{"layer.#.attention.key", "h.#.attn.attention.k_proj"},
    StoredName{"layer.#.attention.value", "h.#.attn.attention.v_proj"},
    StoredName{"layer.#.attention.output", "h.#.attn.attention.out_proj"},
    StoredName{"layer.#.attention.norm", "h.#.ln_1"},
    StoredName{"layer.#.mlp.norm", "h.#.ln_2"},
    StoredName{"layer.#.mlp.up", "h.#.mlp.c_fc"},
    StoredName{"layer.#.mlp.down", "h.#.mlp.c_proj"},
    StoredName{"final_norm", "ln_f"},
};

// attention_types [[["global", "local"], 12]]: the names in turn, that often.
std::vector<bool> local_layers(const config::JsonObject& json, std::int64_t layers) {
  const nlohmann::json fallback = {{{"global", "local"}, 12}};
  const nlohmann::json* given = json.find("attention_types");
  const nlohmann::json& types = given ? *given : fallback;
  std::vector<bool> local;
  bool fine = types.is_array();
  for (const auto& group : types) {
    fine = fine && group.is_array() && group.size() == 2 && group[0].is_array() &&
           group[1].is_number_integer() && group[1] >= 0 && group[1] <= 1024;
    for (std::int64_t i = 0; fine && i < group[1].get<std::int64_t>(); ++i) {
      for (const auto& name : group[0]) local.push_back(name == "local");
    }
  }
  if (!fine || static_cast<std::int64_t>(local.size()) != layers)
    throw Error(ErrorCode::kInvalidInput,
                json.place() + ": attention_types must name " + std::to_string(layers) + " layers");
  return local;
}

void read_gpt_neo(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 50257, config::kPositive);
  body.hidden = config::int_or(json, "hidden_size", 2048, {1, 65536});
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, "num_layers", 24, {1, 1024});
  body.heads = config::int_or(json, "num_heads", 16, {1, 1024});
  body.feed_forward = config::int_or(json, "intermediate_size", 4 * body.hidden, kSize);
  body.position_rows = config::int_or(json, "max_position_embeddings", 2048, kSize);
  body.embedding_norm = false;
  body.residual = nn::Residual::kPre;
  body.final_norm = true;
  body.norm_eps = config::number_or(json, "layer_norm_epsilon", 1e-5);
  body.activation = activation_of(json, "activation_function", "gelu_new");
  body.query_bias = body.key_bias = body.value_bias = false;
  body.attention_scale = 1.0;
  body.embedding_dropout = config::number_or(json, "embed_dropout", 0.0);
  body.hidden_dropout = config::number_or(json, "resid_dropout", 0.0);
  body.attention_output_dropout = body.hidden_dropout;
  body.attention_dropout = config::number_or(json, "attention_dropout", 0.0);
  const std::int64_t window = config::int_or(json, "window_size", 256, kSize);
  for (const bool local : local_layers(json, body.layers))
    body.layer_kinds.push_back({.left = local ? window - 1 : nn::kUnlimited, .right = 0});
  config.head = score_head();
  read_pad_id(json, std::nullopt, config);
}

}  // namespace

const ModelType kGptNeo = {.name = "gpt_neo",
                           .architecture = "GPTNeoForSequenceClassification",
                           .base_prefix = "transformer",
                           .read = read_gpt_neo,
                           .body = kGptNeoBody,
                           .head = kScoreHead,
                           .drops = kDropsAsBert & ~kDropsHead};

}  // namespace trainer::models
