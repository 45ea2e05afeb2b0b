#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// GPT-J: parallel parts of one norm, pairs (2i, 2i+1) turned.
namespace trainer::models {
namespace {

constexpr std::array kGptjBody = {
    StoredName{"embeddings.words", "wte"},
    StoredName{"layer.#.attention.query", "h.#.attn.q_proj"},
    StoredName{"layer.#.attention.key", "h.#.attn.k_proj"},
    StoredName{"layer.#.attention.value", "h.#.attn.v_proj"},
    StoredName{"layer.#.attention.output", "h.#.attn.out_proj"},
    StoredName{"layer.#.attention.norm", "h.#.ln_1"},
    StoredName{"layer.#.mlp.up", "h.#.mlp.fc_in"},
    StoredName{"layer.#.mlp.down", "h.#.mlp.fc_out"},
    StoredName{"final_norm", "ln_f"},
};

void read_gptj(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 50400, config::kPositive);
  body.hidden = config::int_or(json, "n_embd", 4096, {1, 65536});
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, "n_layer", 28, {1, 1024});
  body.heads = config::int_or(json, "n_head", 16, {1, 1024});
  body.feed_forward = config::int_or(json, "n_inner", 4 * body.hidden, kSize);
  body.positions = nn::Positions::kNone;
  body.position_limit = config::int_or(json, "n_positions", 2048, kSize);
  body.embedding_norm = false;
  body.residual = nn::Residual::kParallel;
  body.shared_norm = true;
  body.final_norm = true;
  body.norm_eps = config::number_or(json, "layer_norm_epsilon", 1e-5);
  body.activation = activation_of(json, "activation_function", "gelu_new");
  body.query_bias = body.key_bias = body.value_bias = body.output_bias = false;
  body.embedding_dropout = config::number_or(json, "embd_pdrop", 0.0);
  body.hidden_dropout = config::number_or(json, "resid_pdrop", 0.0);
  body.attention_output_dropout = body.hidden_dropout;
  body.attention_dropout = config::number_or(json, "attn_pdrop", 0.0);
  nn::RotaryConfig rotary;
  // Without rotary_dim the table is as wide as the model and of no use.
  refuse_unless(!is_null(json, "rotary_dim"), json, "rotary_dim null");
  rotary.dim = config::int_or(json, "rotary_dim", 64, kSize);
  rotary.interleaved = true;
  rotary.max_positions = body.position_limit;
  body.rotaries = {rotary};
  body.layer_kinds.assign(static_cast<std::size_t>(body.layers),
                          nn::LayerKind{.right = 0, .rotary = 0});
  config.head = score_head();
  read_pad_id(json, std::nullopt, config);
}

}  // namespace

const ModelType kGptj = {.name = "gptj",
                         .architecture = "GPTJForSequenceClassification",
                         .base_prefix = "transformer",
                         .read = read_gptj,
                         .body = kGptjBody,
                         .head = kScoreHead,
                         .drops = kDropsAsBert & ~kDropsHead};

}  // namespace trainer::models
