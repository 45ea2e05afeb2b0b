#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// GPT-NeoX (and Pythia): parallel parts with a norm each, partly turned heads, queries, keys and
// values interleaved per head.
namespace trainer::models {
namespace {

constexpr std::array kGptNeoxBody = {
    StoredName{"embeddings.words", "embed_in"},
    StoredName{"layer.#.attention.query", "layers.#.attention.query_key_value", Layout::kPerHead},
    StoredName{"layer.#.attention.key", "layers.#.attention.query_key_value", Layout::kPerHead},
    StoredName{"layer.#.attention.value", "layers.#.attention.query_key_value", Layout::kPerHead},
    StoredName{"layer.#.attention.output", "layers.#.attention.dense"},
    StoredName{"layer.#.attention.norm", "layers.#.input_layernorm"},
    StoredName{"layer.#.mlp.norm", "layers.#.post_attention_layernorm"},
    StoredName{"layer.#.mlp.up", "layers.#.mlp.dense_h_to_4h"},
    StoredName{"layer.#.mlp.down", "layers.#.mlp.dense_4h_to_h"},
    StoredName{"final_norm", "final_layer_norm"},
};

void read_gpt_neox(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  read_decoder_sizes(json,
                     {.vocab_size = 50432,
                      .hidden = 6144,
                      .feed_forward = 24576,
                      .layers = 44,
                      .heads = 64,
                      .norm_eps = 1e-5,
                      .activation = "gelu",
                      .norm_eps_key = "layer_norm_eps"},
                     config);
  body.residual = config::bool_or(json, "use_parallel_residual", true) ? nn::Residual::kParallel
                                                                       : nn::Residual::kPre;
  body.query_bias = body.key_bias = body.value_bias = body.output_bias =
      config::bool_or(json, "attention_bias", true);
  body.hidden_dropout = config::number_or(json, "hidden_dropout", 0.0);
  body.embedding_dropout = body.attention_output_dropout = body.hidden_dropout;
  const std::int64_t positions = config::int_or(json, "max_position_embeddings", 2048, kSize);
  body.rotaries = {read_rotary(json, body.size_of_head(),
                               {.theta = config::number_or(json, "rotary_emb_base", 10000.0),
                                .partial_factor = config::number_or(json, "rotary_pct", 0.25),
                                .max_positions = positions})};
  body.position_limit = rotary_limit(body.rotaries.front());
}

}  // namespace

const ModelType kGptNeox = {.name = "gpt_neox",
                            .architecture = "GPTNeoXForSequenceClassification",
                            .base_prefix = "gpt_neox",
                            .read = read_gpt_neox,
                            .body = kGptNeoxBody,
                            .head = kScoreHead,
                            .drops = kDropsAsBert & ~kDropsHead};

}  // namespace trainer::models
