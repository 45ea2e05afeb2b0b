#include "config/error.hpp"
#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// Nystroemformer (Xiong et al., 2021): BERT that attends through the means of a text's segments,
// with the values' convolution beside it. Where there are as many landmarks as a segment is long,
// attention is whole and no text is padded.
namespace trainer::models {
namespace {

constexpr auto kNystromformerBody = with_shared(
    std::array{
        StoredName{"layer.#.attention.value_convolution", "encoder.layer.#.attention.self.conv"},
    },
    kBertBody);

void read_landmarks(const config::JsonObject& json, nn::TransformerConfig& body) {
  const std::int64_t length = config::int_or(json, "segment_means_seq_len", 64, kSize);
  const std::int64_t landmarks = config::int_or(json, "num_landmarks", 64, kSize);
  refuse_unless(!config::bool_or(json, "inv_coeff_init_option", false), json,
                "inv_coeff_init_option true (transformers cannot compute it either)");
  if (landmarks == length) return;
  body.landmarks = {.landmarks = landmarks, .length = length / landmarks * landmarks};
  if (landmarks > length || body.landmarks.length > body.position_rows - 2) {
    throw Error(ErrorCode::kInvalidInput,
                json.place() +
                    ": num_landmarks, segment_means_seq_len and max_position_embeddings "
                    "must not be smaller one than the one before");
  }
}

void read_nystromformer(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.vocab_size = config::int_or(json, "vocab_size", 30000, config::kPositive);
  body.activation = activation_of(json, "hidden_act", "gelu_new");
  body.norm_eps = config::number_or(json, "layer_norm_eps", 1e-5);
  body.position_offset = 2;
  body.position_rows = config::int_or(json, "max_position_embeddings", 510, kSize) + 2;
  body.pad_id =
      static_cast<std::int32_t>(config::int_or(json, "pad_token_id", 1, config::kNotNegative));
  body.attention_dropout = 0.0;  // it has none, whatever the config says
  refuse_unless(!is_null(json, "conv_kernel_size"), json, "conv_kernel_size null");
  body.value_kernel = config::int_or(json, "conv_kernel_size", 65, {1, 4095});
  refuse_unless(body.value_kernel % 2 == 1, json, "an even conv_kernel_size");
  read_landmarks(json, body);
  config.head.activation = body.activation;
  config.head.dropout = config.head.input_dropout = body.hidden_dropout;
}

}  // namespace

const ModelType kNystromformer = {.name = "nystromformer",
                                  .architecture = "NystromformerForSequenceClassification",
                                  .base_prefix = "nystromformer",
                                  .read = read_nystromformer,
                                  .body = kNystromformerBody,
                                  .head = kDenseHead,
                                  .drops = (kDropsAsBert | kDropsHeadInput) & ~kDropsAttention};

}  // namespace trainer::models
