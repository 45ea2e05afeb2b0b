#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include "models/model_types.hpp"

// Weight names that several model types share.
namespace trainer::models {

// A type's own names and, behind them, those it shares: the first that matches counts.
template <std::size_t Own, std::size_t Shared>
constexpr std::array<StoredName, Own + Shared> with_shared(
    const std::array<StoredName, Own>& own, const std::array<StoredName, Shared>& shared) {
  std::array<StoredName, Own + Shared> all{};
  std::copy(shared.begin(), shared.end(), std::copy(own.begin(), own.end(), all.begin()));
  return all;
}

inline constexpr std::array kBertBody = {
    StoredName{"embeddings.words", "embeddings.word_embeddings"},
    StoredName{"embeddings.positions", "embeddings.position_embeddings"},
    StoredName{"embeddings.token_types", "embeddings.token_type_embeddings"},
    StoredName{"embeddings.task_types", "embeddings.task_type_embeddings"},
    StoredName{"embeddings.norm", "embeddings.LayerNorm"},
    StoredName{"embeddings.project", "embeddings_project"},
    StoredName{"layer.#.attention.query", "encoder.layer.#.attention.self.query"},
    StoredName{"layer.#.attention.key", "encoder.layer.#.attention.self.key"},
    StoredName{"layer.#.attention.value", "encoder.layer.#.attention.self.value"},
    StoredName{"layer.#.attention.output", "encoder.layer.#.attention.output.dense"},
    StoredName{"layer.#.attention.norm", "encoder.layer.#.attention.output.LayerNorm"},
    StoredName{"layer.#.mlp.up", "encoder.layer.#.intermediate.dense"},
    StoredName{"layer.#.mlp.down", "encoder.layer.#.output.dense"},
    StoredName{"layer.#.mlp.norm", "encoder.layer.#.output.LayerNorm"},
};

inline constexpr std::array kDenseHead = {StoredName{"head.dense", "classifier.dense"},
                                          StoredName{"head.out", "classifier.out_proj"}};

inline constexpr std::array kLlamaBody = {
    StoredName{"embeddings.words", "embed_tokens"},
    StoredName{"layer.#.attention.query", "layers.#.self_attn.q_proj"},
    StoredName{"layer.#.attention.key", "layers.#.self_attn.k_proj"},
    StoredName{"layer.#.attention.value", "layers.#.self_attn.v_proj"},
    StoredName{"layer.#.attention.output", "layers.#.self_attn.o_proj"},
    StoredName{"layer.#.attention.query_norm", "layers.#.self_attn.q_norm"},
    StoredName{"layer.#.attention.key_norm", "layers.#.self_attn.k_norm"},
    StoredName{"layer.#.attention.norm", "layers.#.input_layernorm"},
    StoredName{"layer.#.mlp.norm", "layers.#.post_attention_layernorm"},
    StoredName{"layer.#.mlp.gate", "layers.#.mlp.gate_proj"},
    StoredName{"layer.#.mlp.up", "layers.#.mlp.up_proj"},
    StoredName{"layer.#.mlp.down", "layers.#.mlp.down_proj"},
    StoredName{"final_norm", "norm"},
};

inline constexpr std::array kScoreHead = {StoredName{"head.out", "score"}};

}  // namespace trainer::models
