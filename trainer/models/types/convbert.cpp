#include <algorithm>

#include "models/types/fields.hpp"
#include "models/types/names.hpp"
#include "models/types/types.hpp"

// ConvBERT (Jiang et al., 2020): BERT with fewer heads and, beside them, a convolution whose
// kernels the text makes.
namespace trainer::models {
namespace {

constexpr auto kConvbertBody = with_shared(
    std::array{
        StoredName{"layer.#.span.depthwise",
                   "encoder.layer.#.attention.self.key_conv_attn_layer.depthwise"},
        StoredName{"layer.#.span.pointwise",
                   "encoder.layer.#.attention.self.key_conv_attn_layer.pointwise"},
        StoredName{"layer.#.span.bias", "encoder.layer.#.attention.self.key_conv_attn_layer.bias"},
        StoredName{"layer.#.span.kernel", "encoder.layer.#.attention.self.conv_kernel_layer"},
        StoredName{"layer.#.span.values", "encoder.layer.#.attention.self.conv_out_layer"},
        StoredName{"layer.#.mlp.up", "encoder.layer.#.intermediate.dense", Layout::kPerGroup},
        StoredName{"layer.#.mlp.down", "encoder.layer.#.output.dense", Layout::kPerGroup},
    },
    kBertBody);

void read_convbert(const config::JsonObject& json, ClassifierConfig& config) {
  read_bert_fields(json, config);
  nn::TransformerConfig& body = config.body;
  body.embedding_size = config::int_or(json, "embedding_size", 768, {1, 65536});
  const std::int64_t ratio = config::int_or(json, "head_ratio", 2, {1, 1024});
  body.heads = std::max<std::int64_t>(1, body.heads / ratio);
  // Half of the hidden size is attention's, half the convolution's.
  refuse_unless(body.hidden % (2 * body.heads) == 0, json,
                "a hidden_size that is no multiple of twice the heads left by head_ratio");
  body.head_size = body.hidden / body.heads / 2;
  body.span_kernel = config::int_or(json, "conv_kernel_size", 9, {1, 1023});
  refuse_unless(body.span_kernel % 2 == 1, json, "an even conv_kernel_size");
  const std::int64_t groups = config::int_or(json, "num_groups", 1, {1, 65536});
  refuse_unless(body.hidden % groups == 0 && body.feed_forward % groups == 0, json,
                "num_groups that do not divide the sizes");
  body.groups.up = body.groups.down = groups;
  config.head.activation = body.activation;
  config.head.input_dropout = config.head.dropout;
}

}  // namespace

const ModelType kConvbert = {.name = "convbert",
                             .architecture = "ConvBertForSequenceClassification",
                             .base_prefix = "convbert",
                             .read = read_convbert,
                             .body = kConvbertBody,
                             .head = kDenseHead,
                             .drops = kDropsAsBert | kDropsHeadInput};

}  // namespace trainer::models
