#include "models/types/fields.hpp"

#include <nlohmann/json.hpp>

#include "config/error.hpp"

namespace trainer::models {

bool is_null(const config::JsonObject& json, std::string_view key) {
  return json.json().contains(key) && !json.has(key);
}

std::optional<double> number_or_none(const config::JsonObject& json, std::string_view key,
                                     std::optional<double> fallback) {
  if (is_null(json, key)) return std::nullopt;
  const auto found = config::find_number(json, key);
  return found ? found : fallback;
}

std::optional<std::int64_t> int_or_none(const config::JsonObject& json, std::string_view key,
                                        std::optional<std::int64_t> fallback) {
  if (is_null(json, key)) return std::nullopt;
  const auto found = config::find_int(json, key, config::kNotNegative);
  return found ? found : fallback;
}

void refuse_unless(bool fine, const config::JsonObject& json, const std::string& what) {
  if (!fine) throw Error(ErrorCode::kUnsupported, json.place() + ": " + what + " is not supported");
}

nn::Activation activation_of(const config::JsonObject& json, std::string_view key,
                             const char* fallback) {
  return nn::activation_from_name(config::string_or(json, key, fallback), key);
}

namespace {

// eos_token_id may be a list: its first id.
std::optional<std::int64_t> end_of_text(const config::JsonObject& json) {
  const nlohmann::json* found = json.find("eos_token_id");
  if (found == nullptr) return std::nullopt;
  if (found->is_array()) {
    const auto ids = config::find_ints(json, "eos_token_id", config::kNotNegative);
    return ids->empty() ? std::nullopt : std::optional(ids->front());
  }
  return config::find_int(json, "eos_token_id", config::kNotNegative);
}

}  // namespace

void read_pad_id(const config::JsonObject& json, std::optional<std::int64_t> fallback,
                 ClassifierConfig& config) {
  // A negative id means none, as some old configs say.
  std::optional<std::int64_t> id;
  if (json.has("pad_token_id")) {
    id = config::required_int(json, "pad_token_id", {-1, config::kPositive.max});
    if (*id < 0) id.reset();
  } else if (!is_null(json, "pad_token_id")) {
    id = fallback;
  }
  if (!id) {
    id = end_of_text(json);
    config.pad_id_is_ours = true;
    if (!id) {
      throw Error(ErrorCode::kInvalidInput,
                  json.place() +
                      ": neither pad_token_id nor eos_token_id: add \"pad_token_id\", the id that "
                      "the tokenizer pads with (its end-of-text id will do)");
    }
  }
  config.pad_id = static_cast<std::int32_t>(*id);
}

void read_bert_fields(const config::JsonObject& json, ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 30522, config::kPositive);
  body.hidden = config::int_or(json, "hidden_size", 768, {1, 65536});
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, "num_hidden_layers", 12, {1, 1024});
  body.heads = config::int_or(json, "num_attention_heads", 12, {1, 1024});
  body.feed_forward = config::int_or(json, "intermediate_size", 3072, kSize);
  body.position_rows = config::int_or(json, "max_position_embeddings", 512, kSize);
  body.token_type_rows = config::int_or(json, "type_vocab_size", 2, {0, 1024});
  body.pad_id =
      static_cast<std::int32_t>(config::int_or(json, "pad_token_id", 0, config::kNotNegative));
  body.activation = activation_of(json, "hidden_act", "gelu");
  body.norm_eps = config::number_or(json, "layer_norm_eps", 1e-12);
  body.hidden_dropout = config::number_or(json, "hidden_dropout_prob", 0.1);
  body.embedding_dropout = body.hidden_dropout;
  body.attention_output_dropout = body.hidden_dropout;
  body.attention_dropout = config::number_or(json, "attention_probs_dropout_prob", 0.1);
  config.head.dropout = config::number_or(json, "classifier_dropout", body.hidden_dropout);
  const std::string positions = config::string_or(json, "position_embedding_type", "absolute");
  refuse_unless(positions == "absolute", json, "position_embedding_type '" + positions + "'");
  refuse_unless(!config::bool_or(json, "is_decoder", false), json, "is_decoder true");
}

Pool summary_pool(const config::JsonObject& json, const char* fallback) {
  const std::string type = config::string_or(json, "summary_type", fallback);
  if (type == "first") return Pool::kFirst;
  if (type == "mean") return Pool::kMean;
  // transformers takes the last token too where nobody names a place.
  refuse_unless(type == "last" || type == "cls_index", json, "summary_type '" + type + "'");
  return Pool::kLast;
}

nn::Activation summary_activation(const config::JsonObject& json, const char* fallback) {
  if (is_null(json, "summary_activation")) return nn::Activation::kLinear;
  const std::string name = config::string_or(json, "summary_activation", fallback);
  return name.empty() ? nn::Activation::kLinear
                      : nn::activation_from_name(name, "summary_activation");
}

HeadConfig score_head() {
  HeadConfig head;
  head.pool = Pool::kLastToken;
  head.dense = false;
  head.activation = nn::Activation::kLinear;
  head.out_bias = false;
  head.dropout = 0.0;
  return head;
}

void read_decoder_sizes(const config::JsonObject& json, const DecoderDefaults& d,
                        ClassifierConfig& config) {
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", d.vocab_size, config::kPositive);
  body.hidden = config::int_or(json, "hidden_size", d.hidden, {1, 65536});
  body.embedding_size = body.hidden;
  body.layers = config::int_or(json, "num_hidden_layers", d.layers, {1, 1024});
  body.heads = config::int_or(json, "num_attention_heads", d.heads, {1, 1024});
  body.kv_heads = d.kv_heads == 0 || is_null(json, "num_key_value_heads") ? body.heads : d.kv_heads;
  body.kv_heads = config::int_or(json, "num_key_value_heads", body.kv_heads, {1, 1024});
  body.head_size = is_null(json, "head_dim") ? 0 : d.head_size;
  body.head_size = config::int_or(json, "head_dim", body.head_size, {0, 65536});
  body.feed_forward = config::int_or(json, "intermediate_size", d.feed_forward, kSize);
  body.positions = nn::Positions::kNone;
  body.embedding_norm = false;
  body.residual = nn::Residual::kPre;
  body.final_norm = true;
  body.norm_eps = config::number_or(json, d.norm_eps_key, d.norm_eps);
  body.activation = activation_of(json, d.activation_key, d.activation);
  body.embedding_dropout = body.hidden_dropout = body.attention_output_dropout = 0.0;
  body.attention_dropout = config::number_or(json, "attention_dropout", 0.0);
  body.layer_kinds.assign(static_cast<std::size_t>(body.layers),
                          nn::LayerKind{.right = 0, .rotary = 0});
  config.head = score_head();
  read_pad_id(json, d.pad_id, config);
}

void read_llama_fields(const config::JsonObject& json, const DecoderDefaults& d,
                       ClassifierConfig& config) {
  read_decoder_sizes(json, d, config);
  nn::TransformerConfig& body = config.body;
  body.norm = nn::NormKind::kRms;
  body.gated = true;
  body.query_bias = body.key_bias = body.value_bias = body.output_bias = false;
  body.up_bias = body.down_bias = false;
}

std::vector<std::string> layer_types(const config::JsonObject& json, std::int64_t layers) {
  const auto types = config::find_strings(json, "layer_types");
  if (!types) return {};
  if (static_cast<std::int64_t>(types->size()) != layers) {
    throw Error(ErrorCode::kInvalidInput, json.place() + ": layer_types has " +
                                              std::to_string(types->size()) + " entries for " +
                                              std::to_string(layers) + " layers");
  }
  for (const std::string& type : *types) {
    refuse_unless(type == "full_attention" || type == "sliding_attention", json,
                  "layer type '" + type + "'");
  }
  return *types;
}

void read_windows(const config::JsonObject& json, std::optional<std::int64_t> window,
                  bool (*fallback_sliding)(std::int64_t layer, std::int64_t pattern),
                  std::int64_t pattern, nn::TransformerConfig& body) {
  if (!window) return;
  if (*window < 1) {
    throw Error(ErrorCode::kInvalidInput, json.place() + ": a sliding window of no tokens");
  }
  const std::vector<std::string> types = layer_types(json, body.layers);
  for (std::int64_t i = 0; i < body.layers; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const bool sliding =
        types.empty() ? fallback_sliding(i, pattern) : types[at] == "sliding_attention";
    if (sliding) body.layer_kinds[at].left = *window - 1;
  }
}

}  // namespace trainer::models
