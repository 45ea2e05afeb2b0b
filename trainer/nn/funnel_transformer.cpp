#include "nn/funnel_transformer.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/add.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/gather.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <cmath>

#include "nn/embedding.hpp"
#include "nn/modules.hpp"
#include "nn/recompute.hpp"
#include "nn/relative_attention.hpp"
#include "nn/tracked_weight.hpp"

namespace trainer::nn {
namespace {

// transformers' type id of <cls>, which is of the same segment as everything.
constexpr std::int32_t kFirstTokensType = 2;

at::Tensor index_of(const std::vector<std::int32_t>& places) {
  const at::Tensor out = at::empty({static_cast<std::int64_t>(places.size())}, at::kInt);
  std::copy(places.begin(), places.end(), out.data_ptr<std::int32_t>());
  return out;
}

}  // namespace

// The pack between two layers.
struct FunnelTransformer::Texts {
  at::Tensor x;                          // [T,H]
  std::vector<std::int32_t> cu_seqlens;  // [B+1]
  std::vector<std::int32_t> types;       // [T]; empty: the tokenizer gives none
  // [T] places in the text; the first token's, where it stays apart, without meaning.
  std::vector<std::int32_t> positions;
  at::Tensor sinusoids;  // [4*longest, H] of distances from -2*longest, dropped once for all layers

  std::int64_t texts() const { return static_cast<std::int64_t>(cu_seqlens.size()) - 1; }
  std::int64_t begin(std::int64_t text) const { return cu_seqlens[static_cast<std::size_t>(text)]; }
  std::int64_t size(std::int64_t text) const { return begin(text + 1) - begin(text); }
};

// Where queries and keys of one text lie to each other, [Sq,Sk].
struct FunnelTransformer::Places {
  at::Tensor rows;     // int64: the sinusoid of their distance
  at::Tensor same;     // bool: of the same segment; undefined: no token types, no segments
  at::Tensor related;  // fp32: 0 where distance and segment do not count
};

FunnelTransformer::FunnelTransformer(const TransformerConfig& config, const ParameterSet& set)
    : config_(config),
      funnel_(*config.funnel),
      compute_(set.compute()),
      words_(set.weight("embeddings.words.weight")),
      embedding_norm_(norm_weights(set, "embeddings.norm", {.eps = config.norm_eps})) {
  for (std::size_t b = 0; b < funnel_.blocks.size(); ++b) {
    std::vector<Layer> layers;
    for (std::int64_t i = 0; i < funnel_.blocks[b].layers; ++i)
      layers.push_back(
          make_layer(set, "layer." + std::to_string(b) + "." + std::to_string(i) + "."));
    blocks_.push_back(std::move(layers));
  }
}

FunnelTransformer::Layer FunnelTransformer::make_layer(const ParameterSet& set,
                                                       const std::string& prefix) const {
  const NormOptions norm{.eps = config_.norm_eps};
  const std::string a = prefix + "attention.";
  return {.query = linear_weights(set, a + "query"),
          .key_value = stacked_linear(set, {a + "key", a + "value"}),
          .distance = set.weight(a + "distance.weight"),
          .output = linear_weights(set, a + "output"),
          .content_bias = set.weight(a + "content_bias"),
          .distance_bias = set.weight(a + "distance_bias"),
          .segment_bias = set.weight(a + "segment_bias"),
          .segments = set.weight(a + "segments"),
          .attention_norm = norm_weights(set, a + "norm", norm),
          .feed_forward = FeedForward(config_, set, prefix),
          .mlp_norm = norm_weights(set, prefix + "mlp.norm", norm)};
}

FunnelTransformer::Texts FunnelTransformer::begin(const PackedInput& input, Pass& pass) const {
  Texts out;
  out.x = embed({{words_, input.ids}}, static_cast<std::int64_t>(input.ids.size()), compute_);
  out.x =
      dropout(add_norm(out.x, {}, embedding_norm_, {}), pass.dropout(config_.embedding_dropout));
  out.cu_seqlens.assign(input.cu_seqlens.begin(), input.cu_seqlens.end());
  out.positions.assign(input.positions.begin(), input.positions.end());
  out.types.assign(input.type_ids.begin(), input.type_ids.end());
  std::int64_t longest = 1;
  for (std::int64_t b = 0; b < out.texts(); ++b) longest = std::max(longest, out.size(b));
  out.sinusoids = dropout(distance_sinusoids(2 * longest, 0, config_.hidden),
                          pass.dropout(config_.hidden_dropout));
  return out;
}

// Tokens in pairs, a last odd one alone; where the first token stays apart it is paired with
// itself, and with `truncates` the last token is left out. A text that has one token, or the first
// and one more, stays as it is.
FunnelTransformer::Texts FunnelTransformer::pooled(const Texts& texts) const {
  Texts out;
  out.cu_seqlens = {0};
  out.sinusoids = texts.sinusoids;
  std::vector<std::int32_t> left;
  std::vector<std::int32_t> right;
  const auto pair = [&](std::int64_t a, std::int64_t b) {
    left.push_back(static_cast<std::int32_t>(a));
    right.push_back(static_cast<std::int32_t>(b));
  };
  for (std::int64_t text = 0; text < texts.texts(); ++text) {
    std::int64_t at = texts.begin(text);
    std::int64_t end = texts.begin(text + 1);
    const bool pools = end - at > (funnel_.first_apart ? 2 : 1);
    if (pools && funnel_.first_apart) {
      pair(at, at);
      ++at;
      if (funnel_.truncates) --end;
    }
    for (; at < end; at += pools ? 2 : 1) pair(at, pools ? std::min(at + 1, end - 1) : at);
    out.cu_seqlens.push_back(static_cast<std::int32_t>(left.size()));
  }
  for (const std::int32_t place : left) {
    if (!texts.types.empty()) out.types.push_back(texts.types[static_cast<std::size_t>(place)]);
    out.positions.push_back(texts.positions[static_cast<std::size_t>(place)]);
  }
  const at::Tensor a = at::index_select(texts.x, 0, index_of(left));
  const at::Tensor b = at::index_select(texts.x, 0, index_of(right));
  out.x = funnel_.takes_maximum ? at::maximum(a, b) : at::mul(at::add(a, b), 0.5);
  return out;
}

FunnelTransformer::Places FunnelTransformer::places_of(const Texts& queries, const Texts& keys,
                                                       std::int64_t text) const {
  const std::int64_t m = queries.size(text);
  const std::int64_t n = keys.size(text);
  Places out{
      .rows = at::empty({m, n}, at::kLong), .same = {}, .related = at::ones({m, n}, at::kFloat)};
  auto* rows = out.rows.data_ptr<std::int64_t>();
  auto* related = out.related.data_ptr<float>();
  const std::int64_t zero = keys.sinusoids.size(0) / 2;
  for (std::int64_t i = 0; i < m; ++i) {
    const auto q = static_cast<std::size_t>(queries.begin(text) + i);
    for (std::int64_t j = 0; j < n; ++j) {
      const auto k = static_cast<std::size_t>(keys.begin(text) + j);
      *rows++ = zero + queries.positions[q] - keys.positions[k];
      *related++ = funnel_.first_apart && (i == 0 || j == 0) ? 0.0F : 1.0F;
    }
  }
  if (!queries.types.empty()) out.same = same_segment(queries, keys, text);
  return out;
}

at::Tensor FunnelTransformer::same_segment(const Texts& queries, const Texts& keys,
                                           std::int64_t text) const {
  const at::Tensor out = at::empty({queries.size(text), keys.size(text)}, at::kBool);
  auto* same = out.data_ptr<bool>();
  for (std::int64_t i = queries.begin(text); i < queries.begin(text + 1); ++i) {
    const std::int32_t a = queries.types[static_cast<std::size_t>(i)];
    for (std::int64_t j = keys.begin(text); j < keys.begin(text + 1); ++j) {
      const std::int32_t b = keys.types[static_cast<std::size_t>(j)];
      *same++ = a == b || a == kFirstTokensType || b == kFirstTokensType;
    }
  }
  return out;
}

// q [Sq,N,D] scaled, k [Sk,N,D], distances [4*longest,N,D] -> [N,Sq,Sk]
at::Tensor FunnelTransformer::scores(const Layer& layer, const at::Tensor& q, const at::Tensor& k,
                                     const at::Tensor& distances, const Places& places) const {
  const double scale = 1.0 / std::sqrt(static_cast<double>(config_.size_of_head()));
  const auto with = [&](const Weight& bias) {
    return at::add(q, at::mul(tracked(bias), scale)).transpose(0, 1);  // [N,Sq,D]
  };
  const at::Tensor content = at::matmul(with(layer.content_bias), k.permute({1, 2, 0}));
  const at::Tensor by_row =
      at::matmul(with(layer.distance_bias), distances.permute({1, 2, 0}));  // [N,Sq,4*longest]
  at::Tensor by_place = at::gather(by_row, 2, places.rows.expand({config_.heads, -1, -1}));
  if (places.same.defined()) {
    const at::Tensor by_segment = at::matmul(
        with(layer.segment_bias), tracked(layer.segments).permute({1, 2, 0}));  // [N,Sq,2]
    by_place = at::add(
        by_place, at::where(places.same, by_segment.narrow(2, 1, 1), by_segment.narrow(2, 0, 1)));
  }
  return at::add(content, at::mul(by_place, places.related));
}

at::Tensor FunnelTransformer::attend(const Layer& layer, const Texts& queries, const Texts& keys,
                                     Pass& pass) const {
  const std::int64_t d = config_.size_of_head();
  const double scale = 1.0 / std::sqrt(static_cast<double>(d));
  const auto by_head = [&](const at::Tensor& x) {
    return x.to(at::kFloat).reshape({-1, config_.heads, d});
  };
  const at::Tensor q = at::mul(by_head(linear(queries.x, layer.query)), scale);
  const at::Tensor kv = linear(keys.x, layer.key_value);
  const at::Tensor k = by_head(kv.narrow(1, 0, config_.heads * d));
  const at::Tensor v = by_head(kv.narrow(1, config_.heads * d, config_.heads * d));
  // ATen's, for sinusoids have no history that would lead back to the weight.
  const at::Tensor distances = by_head(at::linear(keys.sinusoids, tracked(layer.distance)));
  std::vector<at::Tensor> out;
  for (std::int64_t text = 0; text < queries.texts(); ++text) {
    const std::int64_t m = queries.size(text);
    const std::int64_t n = keys.size(text);
    const at::Tensor score =
        scores(layer, q.narrow(0, queries.begin(text), m), k.narrow(0, keys.begin(text), n),
               distances, places_of(queries, keys, text));
    const at::Tensor probs =
        dropout(at::softmax(score, -1).view({-1, n}), pass.dropout(config_.attention_dropout))
            .view({config_.heads, m, n});
    const at::Tensor values = v.narrow(0, keys.begin(text), n).transpose(0, 1);
    out.push_back(at::matmul(probs, values).transpose(0, 1).reshape({m, -1}));
  }
  return linear(at::cat(out, 0).to(keys.x.scalar_type()), layer.output);
}

at::Tensor FunnelTransformer::run(const Layer& layer, const Texts& queries, const Texts& keys,
                                  Pass& pass) const {
  const at::Tensor attended = attend(layer, queries, keys, pass);
  const at::Tensor h = add_norm(attended, queries.x, layer.attention_norm,
                                pass.dropout(config_.attention_output_dropout));
  const at::Tensor made = layer.feed_forward.forward(h, pass);
  return add_norm(made, h, layer.mlp_norm, pass.dropout(config_.hidden_dropout));
}

at::Tensor FunnelTransformer::recomputed(const Layer& layer, const Texts& queries,
                                         const Texts& keys, Pass& pass) const {
  Texts of_queries = queries;
  Texts of_keys = keys;
  of_queries.x.reset();  // come as inputs
  of_keys.x.reset();
  const auto again = [this, &layer, of_queries, of_keys](const std::vector<at::Tensor>& in,
                                                         Pass& its_pass) {
    Texts own_queries = of_queries;
    Texts own_keys = of_keys;
    own_queries.x = in[0];
    own_keys.x = in[1];
    return run(layer, own_queries, own_keys, its_pass);
  };
  const Pass before = pass;  // whose dropout the second run draws again
  const at::Tensor out = [&] {
    const at::NoGradGuard no_history;
    return again({queries.x, keys.x}, pass);
  }();
  return recompute_in_backward({out}, {queries.x, keys.x},
                               [again, before](const std::vector<at::Tensor>& in) {
                                 Pass its_pass = before;
                                 const RunningPass running(its_pass);
                                 return std::vector<at::Tensor>{again(in, its_pass)};
                               })
      .front();
}

at::Tensor FunnelTransformer::hidden_states(const PackedInput& input,
                                            std::span<const std::int32_t> /*tokens*/,
                                            Pass& pass) const {
  Texts texts = begin(input, pass);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    Texts queries = b > 0 ? pooled(texts) : texts;
    if (b > 0 && !funnel_.pools_queries_only) texts = queries;
    for (const Layer& layer : blocks_[b]) {
      for (std::int64_t i = 0; i < funnel_.blocks[b].repeats; ++i) {
        queries.x = pass.activations() == Activations::kRecomputed
                        ? recomputed(layer, queries, texts, pass)
                        : run(layer, queries, texts, pass);
        texts = queries;
      }
    }
  }
  std::vector<std::int32_t> firsts(texts.cu_seqlens.begin(), texts.cu_seqlens.end() - 1);
  return at::index_select(texts.x, 0, index_of(firsts));
}

}  // namespace trainer::nn
