#include <cmath>

#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// GPT-2: pre-norm LayerNorm, learned positions; matrices stored as [in,out].
namespace trainer::models {
namespace {

constexpr std::array kGpt2Body = {
    StoredName{"embeddings.words", "wte"},
    StoredName{"embeddings.positions", "wpe"},
    StoredName{"layer.#.attention.query", "h.#.attn.c_attn", Layout::kTransposed},
    StoredName{"layer.#.attention.key", "h.#.attn.c_attn", Layout::kTransposed},
    StoredName{"layer.#.attention.value", "h.#.attn.c_attn", Layout::kTransposed},
    StoredName{"layer.#.attention.output", "h.#.attn.c_proj", Layout::kTransposed},
    StoredName{"layer.#.attention.norm", "h.#.ln_1"},
    StoredName{"layer.#.mlp.norm", "h.#.ln_2"},
    StoredName{"layer.#.mlp.up", "h.#.mlp.c_fc", Layout::kTransposed},
    StoredName{"layer.#.mlp.down", "h.#.mlp.c_proj", Layout::kTransposed},
    StoredName{"final_norm", "ln_f"},
};

void read_gpt2(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 50257, config::kPositive);
  body.hidden = config::int_or(json, "n_embd", 768, {1, 65536});
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, "n_layer", 12, {1, 1024});
  body.heads = config::int_or(json, "n_head", 12, {1, 1024});
  body.feed_forward = config::int_or(json, "n_inner", 4 * body.hidden, kSize);
  body.position_rows = config::int_or(json, "n_positions", 1024, kSize);
  body.embedding_norm = false;
  body.residual = nn::Residual::kPre;
  body.final_norm = true;
  body.norm_eps = config::number_or(json, "layer_norm_epsilon", 1e-5);
  body.activation = activation_of(json, "activation_function", "gelu_new");
  body.embedding_dropout = config::number_or(json, "embd_pdrop", 0.1);
  body.hidden_dropout = config::number_or(json, "resid_pdrop", 0.1);
  body.attention_output_dropout = body.hidden_dropout;
  body.attention_dropout = config::number_or(json, "attn_pdrop", 0.1);
  body.layer_kinds.assign(static_cast<std::size_t>(body.layers), nn::LayerKind{.right = 0});
  const bool scaled = config::bool_or(json, "scale_attn_weights", true);
  const bool by_layer = config::bool_or(json, "scale_attn_by_inverse_layer_idx", false);
  const double root = scaled ? 1.0 / std::sqrt(static_cast<double>(body.hidden / body.heads)) : 1.0;
  for (std::int64_t i = 0; i < body.layers; ++i)
    body.layer_scales.push_back(by_layer ? root / static_cast<double>(i + 1) : root);
  config.head = score_head();
  read_pad_id(json, std::nullopt, config);
}

}  // namespace

const ModelType kGpt2 = {.name = "gpt2",
                         .architecture = "GPT2ForSequenceClassification",
                         .base_prefix = "transformer",
                         .read = read_gpt2,
                         .body = kGpt2Body,
                         .head = kScoreHead,
                         .drops = kDropsAsBert & ~kDropsHead};

}  // namespace trainer::models
