#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// XLM (Lample and Conneau, 2019) and FlauBERT (Le et al., 2019): post-norm BERT, FlauBERT also
// pre-norm without a final norm, whose classifier is one projection of a summary of the text.
// Languages and token types are what transformers makes of a tokenizer's output: nothing, for it
// gives no `langs`, and these types' tokenizers give no token types.
namespace trainer::models {
namespace {

constexpr std::array kXlmBody = {
    StoredName{"embeddings.words", "embeddings"},
    StoredName{"embeddings.positions", "position_embeddings"},
    StoredName{"embeddings.norm", "layer_norm_emb"},
    StoredName{"layer.#.attention.query", "attentions.#.q_lin"},
    StoredName{"layer.#.attention.key", "attentions.#.k_lin"},
    StoredName{"layer.#.attention.value", "attentions.#.v_lin"},
    StoredName{"layer.#.attention.output", "attentions.#.out_lin"},
    StoredName{"layer.#.attention.norm", "layer_norm1.#"},
    StoredName{"layer.#.mlp.up", "ffns.#.lin1"},
    StoredName{"layer.#.mlp.down", "ffns.#.lin2"},
    StoredName{"layer.#.mlp.norm", "layer_norm2.#"},
    StoredName{"idle.languages", "lang_embeddings"},
};
constexpr std::array kXlmHead = {StoredName{"head.out", "sequence_summary.summary"}};

void read_xlm_head(const config::JsonObject& json, HeadConfig& head) {
  head.pool = summary_pool(json, "first");
  refuse_unless(config::bool_or(json, "summary_use_proj", true), json, "summary_use_proj false");
  refuse_unless(config::bool_or(json, "summary_proj_to_labels", true), json,
                "summary_proj_to_labels false");
  refuse_unless(config::number_or(json, "summary_last_dropout", 0.0) == 0.0, json,
                "summary_last_dropout");
  head.dense = false;
  head.activation = nn::Activation::kLinear;
  head.out_activation = summary_activation(json, "");
  head.dropout = config::number_or(json, "summary_first_dropout", 0.1);
}

void read_xlm(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  const std::int64_t words = config::int_or(json, "n_words", 30145, config::kPositive);
  body.vocab_size = config::int_or(json, "vocab_size", words, config::kPositive);
  body.hidden = config::int_or(json, "emb_dim", 2048, {1, 65536});
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, "n_layers", 12, {1, 1024});
  body.heads = config::int_or(json, "n_heads", 16, {1, 1024});
  body.feed_forward = 4 * body.hidden;
  body.position_rows = config::int_or(json, "max_position_embeddings", 512, kSize);
  body.norm_eps = config::number_or(json, "layer_norm_eps", 1e-12);
  body.activation = config::bool_or(json, "gelu_activation", true) ? nn::Activation::kGelu
                                                                   : nn::Activation::kRelu;
  body.hidden_dropout = config::number_or(json, "dropout", 0.1);
  body.embedding_dropout = body.attention_output_dropout = body.hidden_dropout;
  body.attention_dropout = config::number_or(json, "attention_dropout", 0.1);
  if (config::bool_or(json, "causal", false))
    body.layer_kinds.assign(static_cast<std::size_t>(body.layers), nn::LayerKind{.right = 0});
  refuse_unless(config::bool_or(json, "is_encoder", true), json, "is_encoder false");
  const std::int64_t languages = config::int_or(json, "n_langs", 1, {0, 65536});
  if (languages > 1 && config::bool_or(json, "use_lang_emb", true)) {
    config.idle.push_back(
        {.name = "idle.languages.weight", .stored_name = {}, .shape = {languages, body.hidden}});
  }
  config.initializer_range = config::number_or(json, "init_std", 0.02);
  read_xlm_head(json, config.head);
}

void read_flaubert(const config::JsonObject& json, ClassifierConfig& config) {
  read_xlm(json, config);
  if (config::bool_or(json, "pre_norm", false)) config.body.residual = nn::Residual::kPre;
  config.body.layer_dropout = config::number_or(json, "layerdrop", 0.0);
}

}  // namespace

const ModelType kXlm = {.name = "xlm",
                        .architecture = "XLMForSequenceClassification",
                        .base_prefix = "transformer",
                        .read = read_xlm,
                        .body = kXlmBody,
                        .head = kXlmHead};
const ModelType kFlaubert = {.name = "flaubert",
                             .architecture = "FlaubertForSequenceClassification",
                             .base_prefix = "transformer",
                             .read = read_flaubert,
                             .body = kXlmBody,
                             .head = kXlmHead};

}  // namespace trainer::models
