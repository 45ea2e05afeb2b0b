#include <ATen/core/Tensor.h>
#include <ATen/ops/add.h>
#include <ATen/ops/mul.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nn/position_bias.hpp"
#include "nn/transformer.hpp"

// What a Transformer makes of a pack before its first layer.
namespace trainer::nn {
namespace {

// Position rows counted over non-pad tokens, as RoBERTa's checkpoints were trained.
std::vector<std::int32_t> positions_after_pad(const PackedInput& input, std::int32_t pad_id) {
  std::vector<std::int32_t> rows(input.ids.size());
  for (std::size_t b = 0; b + 1 < input.cu_seqlens.size(); ++b) {
    std::int32_t seen = 0;
    for (std::int32_t t = input.cu_seqlens[b]; t < input.cu_seqlens[b + 1]; ++t) {
      const auto at = static_cast<std::size_t>(t);
      rows[at] = input.ids[at] == pad_id ? pad_id : pad_id + ++seen;
    }
  }
  return rows;
}

std::vector<std::int32_t> shifted(std::span<const std::int32_t> positions, std::int64_t offset) {
  std::vector<std::int32_t> rows(positions.begin(), positions.end());
  for (std::int32_t& row : rows) row += static_cast<std::int32_t>(offset);
  return rows;
}

}  // namespace

PackGeometry Transformer::geometry(const PackedInput& input) const {
  PackGeometry pack{.cu_seqlens = input.cu_seqlens,
                    .angles = {},
                    .bias = {},
                    .distances = {},
                    .distance_rows = {},
                    .lengths = {},
                    .segments = {}};
  for (const RotaryConfig& rotary : config_.rotaries) {
    pack.angles.push_back(
        rotary_table_ ? stored_angles(rotary_table_->master, rotary.interleaved, input.positions)
                      : rotary_angles(rotary, input.positions, input.cu_seqlens));
  }
  const std::int64_t longest = longest_of(input.cu_seqlens);
  if (config_.score_bias == ScoreBias::kAlibi)
    pack.bias = alibi_bias(alibi_slopes(config_.heads), longest);
  if (config_.score_bias == ScoreBias::kAlibiByKey) {
    pack.bias = rounded_alibi_bias(alibi_slopes(config_.heads), longest,
                                   1.0 / std::sqrt(static_cast<double>(config_.size_of_head())));
  }
  if (relative_bias_) pack.bias = bucket_bias(*relative_bias_, config_.buckets, longest);
  if (distances_) {
    std::vector<std::int32_t> all(static_cast<std::size_t>(2 * config_.distances.rows.span));
    std::iota(all.begin(), all.end(), 0);
    pack.distances = embed({{*distances_, all}}, static_cast<std::int64_t>(all.size()), compute_);
    if (distances_norm_) pack.distances = add_norm(pack.distances, {}, *distances_norm_, {});
    pack.distance_rows = rows_of_distances(config_.distances.rows, longest);
  }
  return pack;
}

void Transformer::add_relative(const PackedInput& input, Pass& pass, PackGeometry& pack) const {
  const std::int64_t longest = longest_of(pack.cu_seqlens);
  pack.distances = dropout(distance_sinusoids(longest, config_.relative->clamp, config_.hidden),
                           pass.dropout(config_.hidden_dropout));
  pack.distance_rows = rows_of_distances({.span = longest}, longest);
  pack.segments = one_hot_segments(input.type_ids);
}

std::vector<std::int32_t> Transformer::position_rows(const PackedInput& input) const {
  return config_.positions == Positions::kAfterPad
             ? positions_after_pad(input, config_.pad_id)
             : shifted(input.positions, config_.position_offset);
}

at::Tensor Transformer::embeddings(const PackedInput& input, Pass& pass) const {
  const auto tokens = static_cast<std::int64_t>(input.ids.size());
  std::vector<std::int32_t> rows;
  // Only where texts are padded is the pad token seen, and it is not trained, as in transformers.
  const std::int32_t frozen = config_.landmarks.used() ? config_.pad_id : -1;
  std::vector<EmbeddingLookup> lookups = {{words_, input.ids, frozen}};
  if (position_table_) {
    rows = position_rows(input);
    if (!config_.positions_after_project) lookups.push_back({*position_table_, rows});
  }
  for (std::size_t i = 0; i < type_tables_.size(); ++i) {
    const bool token_types = i == 0 && config_.token_type_rows > 0;
    lookups.push_back(
        {type_tables_[i], token_types ? input.type_ids : std::span<const std::int32_t>()});
  }
  at::Tensor x;
  if (config_.embedding_scale == 1.0) {
    x = embed(lookups, tokens, compute_);
  } else {
    x = at::mul(embed({lookups.front()}, tokens, compute_), config_.embedding_scale);
    lookups.erase(lookups.begin());
    if (!lookups.empty()) x = at::add(x, embed(lookups, tokens, compute_));
  }
  const cpu::DropoutPlace place = pass.dropout(config_.embedding_dropout);
  const bool before = config_.dropout_before_norm;
  if (embedding_norm_) x = add_norm(x, {}, *embedding_norm_, before ? place : cpu::DropoutPlace{});
  if (!before) x = dropout(x, place);
  if (projection_) x = linear(x, *projection_);
  if (position_table_ && config_.positions_after_project)
    x = at::add(x, embed({{*position_table_, rows}}, tokens, compute_));
  return x;
}

// The pack with every text padded to LandmarkConfig::length.
at::Tensor Transformer::padded_states(const PackedInput& input,
                                      std::span<const std::int32_t> tokens, Pass& pass) const {
  const std::int64_t length = config_.landmarks.length;
  const auto texts = static_cast<std::int64_t>(input.sequences());
  const auto total = static_cast<std::size_t>(texts * length);
  std::vector<std::int32_t> ids(total, config_.pad_id);
  std::vector<std::int32_t> types(total, 0);
  std::vector<std::int32_t> positions(total);
  std::vector<std::int32_t> cu_seqlens = {0};
  std::vector<std::int32_t> lengths;
  std::vector<std::int32_t> chosen;
  for (std::int64_t b = 0; b < texts; ++b) {
    const auto at = static_cast<std::size_t>(b);
    const std::int32_t begin = input.cu_seqlens[at];
    lengths.push_back(input.cu_seqlens[at + 1] - begin);
    cu_seqlens.push_back(static_cast<std::int32_t>((b + 1) * length));
    std::copy_n(input.ids.begin() + begin, lengths.back(), ids.begin() + b * length);
    if (!input.type_ids.empty())
      std::copy_n(input.type_ids.begin() + begin, lengths.back(), types.begin() + b * length);
    std::iota(positions.begin() + b * length, positions.begin() + (b + 1) * length, 0);
    if (!tokens.empty())
      chosen.push_back(static_cast<std::int32_t>(b * length) + tokens[at] - begin);
  }
  const PackedInput padded{
      .ids = ids, .type_ids = types, .positions = positions, .cu_seqlens = cu_seqlens};
  PackGeometry pack = geometry(padded);
  pack.lengths = lengths;
  return states(padded, chosen, nullptr, std::move(pack), pass);
}

}  // namespace trainer::nn
