#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// OPT: GPT-2's block with learned positions two rows in; the 350M one is post-norm and projects its
// narrower embeddings there and back.
namespace trainer::models {
namespace {

constexpr std::array kOptBody = {
    StoredName{"embeddings.words", "decoder.embed_tokens"},
    StoredName{"embeddings.positions", "decoder.embed_positions"},
    StoredName{"embeddings.project", "decoder.project_in"},
    StoredName{"project_back", "decoder.project_out"},
    StoredName{"layer.#.attention.query", "decoder.layers.#.self_attn.q_proj"},
    StoredName{"layer.#.attention.key", "decoder.layers.#.self_attn.k_proj"},
    StoredName{"layer.#.attention.value", "decoder.layers.#.self_attn.v_proj"},
    StoredName{"layer.#.attention.output", "decoder.layers.#.self_attn.out_proj"},
    StoredName{"layer.#.attention.norm", "decoder.layers.#.self_attn_layer_norm"},
    StoredName{"layer.#.mlp.norm", "decoder.layers.#.final_layer_norm"},
    StoredName{"layer.#.mlp.up", "decoder.layers.#.fc1"},
    StoredName{"layer.#.mlp.down", "decoder.layers.#.fc2"},
    StoredName{"final_norm", "decoder.final_layer_norm"},
};

void read_opt(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 50272, config::kPositive);
  body.hidden = config::int_or(json, "hidden_size", 768, {1, 65536});
  body.embedding_size = config::int_or(json, "word_embed_proj_dim", body.hidden, {1, 65536});
  body.layers = config::int_or(json, "num_hidden_layers", 12, {1, 1024});
  body.heads = config::int_or(json, "num_attention_heads", 12, {1, 1024});
  body.feed_forward = config::int_or(json, "ffn_dim", 3072, kSize);
  body.position_offset = 2;
  body.position_rows = config::int_or(json, "max_position_embeddings", 2048, kSize) + 2;
  body.embedding_norm = false;
  body.positions_after_project = body.projects();
  body.projects_back = body.projects();
  body.project_bias = false;
  const bool before = config::bool_or(json, "do_layer_norm_before", true);
  body.residual = before ? nn::Residual::kPre : nn::Residual::kPost;
  body.final_norm = before && !config::bool_or(json, "_remove_final_layer_norm", false);
  body.norm_eps = 1e-5;
  body.activation = activation_of(json, "activation_function", "relu");
  body.query_bias = body.key_bias = body.value_bias = body.output_bias = body.up_bias =
      body.down_bias = config::bool_or(json, "enable_bias", true);
  refuse_unless(config::bool_or(json, "layer_norm_elementwise_affine", true), json,
                "layer_norm_elementwise_affine false");
  body.embedding_dropout = 0.0;
  body.hidden_dropout = config::number_or(json, "dropout", 0.1);
  body.attention_output_dropout = body.hidden_dropout;
  body.attention_dropout = config::number_or(json, "attention_dropout", 0.0);
  body.layer_kinds.assign(static_cast<std::size_t>(body.layers), nn::LayerKind{.right = 0});
  config.initializer_range = config::number_or(json, "init_std", 0.02);
  config.head = score_head();
  read_pad_id(json, 1, config);
}

}  // namespace

const ModelType kOpt = {.name = "opt",
                        .architecture = "OPTForSequenceClassification",
                        .base_prefix = "model",
                        .read = read_opt,
                        .body = kOptBody,
                        .head = kScoreHead,
                        .drops = kDropsAttention | kDropsAttentionOutput | kDropsHidden};

}  // namespace trainer::models
