#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// XLNet (Yang et al., 2019): post-norm layers that score by relative distance and segment, a
// summary of the text (its last token, <cls>) and a projection. A text has no memory of others, so
// what says how memories are kept changes nothing, except same_length: without a memory, a
// one-directional model of same length sees itself alone.
namespace trainer::models {
namespace {

constexpr std::array kXlnetBody = {
    StoredName{"embeddings.words", "word_embedding"},
    StoredName{"layer.#.attention.query.weight", "layer.#.rel_attn.q", Layout::kTransposedHeads},
    StoredName{"layer.#.attention.key.weight", "layer.#.rel_attn.k", Layout::kTransposedHeads},
    StoredName{"layer.#.attention.value.weight", "layer.#.rel_attn.v", Layout::kTransposedHeads},
    StoredName{"layer.#.attention.distance.weight", "layer.#.rel_attn.r", Layout::kTransposedHeads},
    StoredName{"layer.#.attention.output.weight", "layer.#.rel_attn.o", Layout::kHeads},
    StoredName{"layer.#.attention.content_bias", "layer.#.rel_attn.r_w_bias"},
    StoredName{"layer.#.attention.distance_bias", "layer.#.rel_attn.r_r_bias"},
    StoredName{"layer.#.attention.segment_bias", "layer.#.rel_attn.r_s_bias"},
    StoredName{"layer.#.attention.segments", "layer.#.rel_attn.seg_embed"},
    StoredName{"layer.#.attention.norm", "layer.#.rel_attn.layer_norm"},
    StoredName{"layer.#.mlp.up", "layer.#.ff.layer_1"},
    StoredName{"layer.#.mlp.down", "layer.#.ff.layer_2"},
    StoredName{"layer.#.mlp.norm", "layer.#.ff.layer_norm"},
    StoredName{"idle.mask", "mask_emb"},
};
constexpr std::array kXlnetHead = {StoredName{"head.dense", "sequence_summary.summary"},
                                   StoredName{"head.out", "logits_proj"}};

void read_xlnet_head(const config::JsonObject& json, HeadConfig& head) {
  head.pool = summary_pool(json, "last");
  refuse_unless(!config::bool_or(json, "summary_proj_to_labels", false), json,
                "summary_proj_to_labels true");
  head.dense = config::bool_or(json, "summary_use_proj", true);
  head.activation = summary_activation(json, "tanh");
  head.input_dropout = config::number_or(json, "summary_first_dropout", 0.0);
  head.dropout = config::number_or(json, "summary_last_dropout", 0.1);
}

void read_xlnet(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  const std::int64_t words = config::int_or(json, "n_token", 32000, config::kPositive);
  body.vocab_size = config::int_or(json, "vocab_size", words, config::kPositive);
  body.hidden = config::int_or(json, "d_model", 1024, {2, 65536});
  refuse_unless(body.hidden % 2 == 0, json, "an odd d_model");
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, "n_layer", 24, {1, 1024});
  body.heads = config::int_or(json, "n_head", 16, {1, 1024});
  body.feed_forward = config::int_or(json, "d_inner", 4096, kSize);
  body.positions = nn::Positions::kNone;
  body.position_limit = kSize.max;
  body.embedding_norm = false;
  body.query_bias = body.key_bias = body.value_bias = body.output_bias = false;
  body.norm_eps = config::number_or(json, "layer_norm_eps", 1e-12);
  body.activation = activation_of(json, "ff_activation", "gelu");
  body.hidden_dropout = config::number_or(json, "dropout", 0.1);
  body.embedding_dropout = body.attention_output_dropout = body.hidden_dropout;
  body.attention_dropout = body.feed_forward_dropout = body.hidden_dropout;
  body.final_dropout = true;
  const std::int64_t clamp = config::int_or(json, "clamp_len", -1, {-1, kSize.max});
  body.relative = nn::RelativeConfig{.clamp = clamp > 0 ? clamp : 0};
  const std::string type = config::string_or(json, "attn_type", "bi");
  refuse_unless(type == "bi" || type == "uni", json, "attn_type '" + type + "'");
  if (type == "uni") {
    const bool alone = config::bool_or(json, "same_length", false);
    body.layer_kinds.assign(static_cast<std::size_t>(body.layers),
                            nn::LayerKind{.left = alone ? 0 : nn::kUnlimited, .right = 0});
  }
  // Half a batch would be read backwards: which half a text falls into would change its logits.
  refuse_unless(!config::bool_or(json, "bi_data", false), json, "bi_data true");
  config.idle.push_back({.name = "idle.mask", .stored_name = {}, .shape = {1, 1, body.hidden}});
  read_xlnet_head(json, config.head);
}

}  // namespace

const ModelType kXlnet = {.name = "xlnet",
                          .architecture = "XLNetForSequenceClassification",
                          .base_prefix = "transformer",
                          .read = read_xlnet,
                          .body = kXlnetBody,
                          .head = kXlnetHead,
                          .drops = kDropsAsBert | kDropsFeedForward};

}  // namespace trainer::models
