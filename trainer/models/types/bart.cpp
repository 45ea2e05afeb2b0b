#include <cmath>

#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// BART (post-norm) and mBART (pre-norm, a norm behind each stack): encoder and decoder of shared
// words, learned positions two rows in, the last end-of-text token pooled.
namespace trainer::models {
namespace {

constexpr std::array kBartBody = {
    StoredName{"encoder.embeddings.words", "shared"},
    StoredName{"encoder.embeddings.positions", "encoder.embed_positions"},
    StoredName{"encoder.embeddings.norm", "encoder.layernorm_embedding"},
    StoredName{"encoder.layer.#.attention.query", "encoder.layers.#.self_attn.q_proj"},
    StoredName{"encoder.layer.#.attention.key", "encoder.layers.#.self_attn.k_proj"},
    StoredName{"encoder.layer.#.attention.value", "encoder.layers.#.self_attn.v_proj"},
    StoredName{"encoder.layer.#.attention.output", "encoder.layers.#.self_attn.out_proj"},
    StoredName{"encoder.layer.#.attention.norm", "encoder.layers.#.self_attn_layer_norm"},
    StoredName{"encoder.layer.#.mlp.up", "encoder.layers.#.fc1"},
    StoredName{"encoder.layer.#.mlp.down", "encoder.layers.#.fc2"},
    StoredName{"encoder.layer.#.mlp.norm", "encoder.layers.#.final_layer_norm"},
    StoredName{"encoder.final_norm", "encoder.layer_norm"},
    StoredName{"decoder.embeddings.positions", "decoder.embed_positions"},
    StoredName{"decoder.embeddings.norm", "decoder.layernorm_embedding"},
    StoredName{"decoder.layer.#.attention.query", "decoder.layers.#.self_attn.q_proj"},
    StoredName{"decoder.layer.#.attention.key", "decoder.layers.#.self_attn.k_proj"},
    StoredName{"decoder.layer.#.attention.value", "decoder.layers.#.self_attn.v_proj"},
    StoredName{"decoder.layer.#.attention.output", "decoder.layers.#.self_attn.out_proj"},
    StoredName{"decoder.layer.#.attention.norm", "decoder.layers.#.self_attn_layer_norm"},
    StoredName{"decoder.layer.#.cross.query", "decoder.layers.#.encoder_attn.q_proj"},
    StoredName{"decoder.layer.#.cross.key", "decoder.layers.#.encoder_attn.k_proj"},
    StoredName{"decoder.layer.#.cross.value", "decoder.layers.#.encoder_attn.v_proj"},
    StoredName{"decoder.layer.#.cross.output", "decoder.layers.#.encoder_attn.out_proj"},
    StoredName{"decoder.layer.#.cross.norm", "decoder.layers.#.encoder_attn_layer_norm"},
    StoredName{"decoder.layer.#.mlp.up", "decoder.layers.#.fc1"},
    StoredName{"decoder.layer.#.mlp.down", "decoder.layers.#.fc2"},
    StoredName{"decoder.layer.#.mlp.norm", "decoder.layers.#.final_layer_norm"},
    StoredName{"decoder.final_norm", "decoder.layer_norm"},
};
constexpr std::array kBartHead = {StoredName{"head.dense", "classification_head.dense"},
                                  StoredName{"head.out", "classification_head.out_proj"}};

// One of the two stacks; `side` is "encoder" or "decoder".
nn::TransformerConfig read_stack(const config::JsonObject& json, const std::string& side,
                                 nn::Residual residual) {
  nn::TransformerConfig body;
  body.prefix = side + ".";
  body.vocab_size = config::int_or(json, "vocab_size", 50265, config::kPositive);
  body.hidden = config::int_or(json, "d_model", 1024, {1, 65536});
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, side + "_layers", 12, {1, 1024});
  body.heads = config::int_or(json, side + "_attention_heads", 16, {1, 1024});
  body.feed_forward = config::int_or(json, side + "_ffn_dim", 4096, kSize);
  body.position_offset = 2;
  body.position_rows = config::int_or(json, "max_position_embeddings", 1024, kSize) + 2;
  if (config::bool_or(json, "scale_embedding", false))
    body.embedding_scale = std::sqrt(static_cast<double>(body.hidden));
  body.residual = residual;
  body.final_norm = residual == nn::Residual::kPre;
  body.norm_eps = 1e-5;
  body.activation = activation_of(json, "activation_function", "gelu");
  body.hidden_dropout = config::number_or(json, "dropout", 0.1);
  body.embedding_dropout = body.attention_output_dropout = body.hidden_dropout;
  body.attention_dropout = config::number_or(json, "attention_dropout", 0.0);
  body.feed_forward_dropout = config::number_or(json, "activation_dropout", 0.0);
  return body;
}

void read_both(const config::JsonObject& json, nn::Residual residual, ClassifierConfig& config) {
  config.body = read_stack(json, "encoder", residual);
  nn::TransformerConfig decoder = read_stack(json, "decoder", residual);
  decoder.shared_words = "encoder.embeddings.words.weight";
  decoder.cross_attention = true;
  decoder.layer_kinds.assign(static_cast<std::size_t>(decoder.layers), nn::LayerKind{.right = 0});
  config.decoder = std::move(decoder);
  config.initializer_range = config::number_or(json, "init_std", 0.02);
  config.pad_id =
      static_cast<std::int32_t>(config::int_or(json, "eos_token_id", 2, config::kNotNegative));
  config.head.pool = Pool::kLastEos;
  config.head.dropout = config::number_or(json, "classifier_dropout", 0.0);
  config.head.input_dropout = config.head.dropout;
}

void read_bart(const config::JsonObject& json, ClassifierConfig& config) {
  read_both(json, nn::Residual::kPost, config);
  config.decoder_start_id = static_cast<std::int32_t>(
      config::int_or(json, "decoder_start_token_id", 2, config::kNotNegative));
}

void read_mbart(const config::JsonObject& json, ClassifierConfig& config) {
  read_both(json, nn::Residual::kPre, config);
}

constexpr unsigned kBartDrops = kDropsAsBert | kDropsFeedForward | kDropsHeadInput;

}  // namespace

const ModelType kBart = {.name = "bart",
                         .architecture = "BartForSequenceClassification",
                         .base_prefix = "model",
                         .read = read_bart,
                         .body = kBartBody,
                         .head = kBartHead,
                         .drops = kBartDrops};
const ModelType kMbart = {.name = "mbart",
                          .architecture = "MBartForSequenceClassification",
                          .base_prefix = "model",
                          .read = read_mbart,
                          .body = kBartBody,
                          .head = kBartHead,
                          .drops = kBartDrops};

}  // namespace trainer::models
