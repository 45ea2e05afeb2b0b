#include <cmath>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// DeBERTa, DeBERTa v2 and v3, mDeBERTa: BERT whose scores have terms by distance.
namespace trainer::models {
namespace {

constexpr std::array kDebertaV2Body = {
    StoredName{"embeddings.words", "embeddings.word_embeddings"},
    StoredName{"embeddings.positions", "embeddings.position_embeddings"},
    StoredName{"embeddings.token_types", "embeddings.token_type_embeddings"},
    StoredName{"embeddings.norm", "embeddings.LayerNorm"},
    StoredName{"layer.#.attention.query", "encoder.layer.#.attention.self.query_proj"},
    StoredName{"layer.#.attention.key", "encoder.layer.#.attention.self.key_proj"},
    StoredName{"layer.#.attention.value", "encoder.layer.#.attention.self.value_proj"},
    StoredName{"layer.#.attention.distance_key", "encoder.layer.#.attention.self.pos_key_proj"},
    StoredName{"layer.#.attention.distance_query", "encoder.layer.#.attention.self.pos_query_proj"},
    StoredName{"layer.#.attention.output", "encoder.layer.#.attention.output.dense"},
    StoredName{"layer.#.attention.norm", "encoder.layer.#.attention.output.LayerNorm"},
    StoredName{"layer.#.mlp.up", "encoder.layer.#.intermediate.dense"},
    StoredName{"layer.#.mlp.down", "encoder.layer.#.output.dense"},
    StoredName{"layer.#.mlp.norm", "encoder.layer.#.output.LayerNorm"},
    StoredName{"distances", "encoder.rel_embeddings"},
    StoredName{"distances_norm", "encoder.LayerNorm"},
    StoredName{"convolution", "encoder.conv.conv"},
    StoredName{"convolution_norm", "encoder.conv.LayerNorm"},
};
// The first version: query, key and value in one tensor, head by head, and no bias of the key.
constexpr std::array kFirstBody = {
    StoredName{"embeddings.words", "embeddings.word_embeddings"},
    StoredName{"embeddings.positions", "embeddings.position_embeddings"},
    StoredName{"embeddings.token_types", "embeddings.token_type_embeddings"},
    StoredName{"embeddings.norm", "embeddings.LayerNorm"},
    StoredName{"layer.#.attention.query.weight", "encoder.layer.#.attention.self.in_proj.weight",
               Layout::kPerHead},
    StoredName{"layer.#.attention.key.weight", "encoder.layer.#.attention.self.in_proj.weight",
               Layout::kPerHead},
    StoredName{"layer.#.attention.value.weight", "encoder.layer.#.attention.self.in_proj.weight",
               Layout::kPerHead},
    StoredName{"layer.#.attention.query.bias", "encoder.layer.#.attention.self.q_bias"},
    StoredName{"layer.#.attention.value.bias", "encoder.layer.#.attention.self.v_bias"},
    StoredName{"layer.#.attention.distance_key", "encoder.layer.#.attention.self.pos_proj"},
    StoredName{"layer.#.attention.distance_query", "encoder.layer.#.attention.self.pos_q_proj"},
    StoredName{"layer.#.attention.output", "encoder.layer.#.attention.output.dense"},
    StoredName{"layer.#.attention.norm", "encoder.layer.#.attention.output.LayerNorm"},
    StoredName{"layer.#.mlp.up", "encoder.layer.#.intermediate.dense"},
    StoredName{"layer.#.mlp.down", "encoder.layer.#.output.dense"},
    StoredName{"layer.#.mlp.norm", "encoder.layer.#.output.LayerNorm"},
    StoredName{"distances", "encoder.rel_embeddings"},
};
constexpr std::array kDebertaV2Head = {StoredName{"head.dense", "pooler.dense"},
                                       StoredName{"head.out", "classifier"}};

// pos_att_type: "p2c|c2p" or a list.
void read_terms(const config::JsonObject& json, nn::DistanceConfig& distances) {
  std::string terms;
  const nlohmann::json* found = json.find("pos_att_type");
  if (found != nullptr && found->is_string()) terms = found->get<std::string>();
  if (found != nullptr && found->is_array()) {
    for (const auto& term : *found)
      terms += (term.is_string() ? term.get<std::string>() : "") + "|";
  }
  distances.content_to_position = terms.find("c2p") != std::string::npos;
  distances.position_to_content = terms.find("p2c") != std::string::npos;
}

void read_distances(const config::JsonObject& json, nn::TransformerConfig& body) {
  nn::DistanceConfig& distances = body.distances;
  read_terms(json, distances);
  const int terms =
      1 + (distances.content_to_position ? 1 : 0) + (distances.position_to_content ? 1 : 0);
  const std::int64_t head =
      config::int_or(json, "attention_head_size", body.hidden / body.heads, {1, 65536});
  body.head_size = head;
  body.attention_scale = 1.0 / std::sqrt(static_cast<double>(head * terms));
  if (!config::bool_or(json, "relative_attention", false)) return;
  std::int64_t longest = config::int_or(json, "max_relative_positions", -1, {-1, 1048576});
  if (longest < 1) longest = config::int_or(json, "max_position_embeddings", 512, kSize);
  const std::int64_t buckets = config::int_or(json, "position_buckets", -1, {-1, 1048576});
  refuse_unless(terms > 1, json, "relative_attention without pos_att_type");
  if (buckets == 1 || longest < 2)
    throw Error(ErrorCode::kInvalidInput, json.place() + ": too few position_buckets");
  distances.rows = {.span = buckets > 0 ? buckets : longest,
                    .buckets = std::max<std::int64_t>(buckets, 0),
                    .max_distance = longest};
  distances.shares_projections = config::bool_or(json, "share_att_key", false);
  distances.norm =
      config::string_or(json, "norm_rel_ebd", "none").find("layer_norm") != std::string::npos;
}

// What the versions' configuration classes assume.
struct Sizes {
  std::int64_t hidden = 1536;
  std::int64_t layers = 24;
  std::int64_t heads = 24;
  std::int64_t feed_forward = 6144;
};

void read_sized(const config::JsonObject& json, const Sizes& sizes, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 128100, config::kPositive);
  body.hidden = config::int_or(json, "hidden_size", sizes.hidden, {1, 65536});
  body.embedding_size = body.hidden;
  refuse_unless(
      config::int_or(json, "embedding_size", body.hidden, {1, 65536}) == body.hidden &&
          config::int_or(json, "pooler_hidden_size", body.hidden, {1, 65536}) == body.hidden,
      json, "an embedding or pooler size that differs from hidden_size");
  body.layers = config::int_or(json, "num_hidden_layers", sizes.layers, {1, 1024});
  body.heads = config::int_or(json, "num_attention_heads", sizes.heads, {1, 1024});
  body.feed_forward = config::int_or(json, "intermediate_size", sizes.feed_forward, kSize);
  body.token_type_rows = config::int_or(json, "type_vocab_size", 0, {0, 1024});
  body.norm_eps = config::number_or(json, "layer_norm_eps", 1e-7);
  if (!config::bool_or(json, "position_biased_input", true)) {
    body.positions = nn::Positions::kNone;
    body.position_limit = body.position_rows;
  }
  read_distances(json, body);
  const std::int64_t kernel = config::int_or(json, "conv_kernel_size", 0, {0, 127});
  refuse_unless(kernel == 0 || kernel % 2 == 1, json, "an even conv_kernel_size");
  body.convolution = {.kernel = kernel,
                      .groups = config::int_or(json, "conv_groups", 1, {1, 65536}),
                      .activation = activation_of(json, "conv_act", "tanh")};
  config.head.activation = activation_of(json, "pooler_hidden_act", "gelu");
  config.head.input_dropout = config::number_or(json, "pooler_dropout", 0.0);
  config.head.dropout = config::number_or(json, "cls_dropout", body.hidden_dropout);
}

void read_deberta_v2(const config::JsonObject& json, ClassifierConfig& config) {
  read_sized(json, {}, config);
}

void read_first(const config::JsonObject& json, ClassifierConfig& config) {
  read_sized(json, {.hidden = 768, .layers = 12, .heads = 12, .feed_forward = 3072}, config);
  nn::TransformerConfig& body = config.body;
  refuse_unless(!config::bool_or(json, "talking_head", false), json, "talking_head true");
  body.vocab_size = config::int_or(json, "vocab_size", 50265, config::kPositive);
  body.key_bias = false;
  nn::DistanceConfig& distances = body.distances;
  distances.rows = {.span = distances.rows.max_distance,
                    .max_distance = distances.rows.max_distance};
  distances.key_bias = false;
  distances.shares_projections = distances.norm = false;
  body.convolution = {};
}

}  // namespace

const ModelType kDeberta = {.name = "deberta",
                            .architecture = "DebertaForSequenceClassification",
                            .base_prefix = "deberta",
                            .read = read_first,
                            .body = kFirstBody,
                            .head = kDebertaV2Head,
                            .drops = kDropsAsBert | kDropsHeadInput};

const ModelType kDebertaV2 = {.name = "deberta-v2",
                              .architecture = "DebertaV2ForSequenceClassification",
                              .base_prefix = "deberta",
                              .read = read_deberta_v2,
                              .body = kDebertaV2Body,
                              .head = kDebertaV2Head,
                              .drops = kDropsAsBert | kDropsHeadInput};

}  // namespace trainer::models
