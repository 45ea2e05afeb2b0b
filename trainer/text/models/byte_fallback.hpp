#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "text/models/model.hpp"

// Byte fallback, as sentencepiece has it: tokens <0x00> … <0xFF> stand for bytes of characters that
// are not in the vocabulary.
namespace trainer::text {

inline constexpr std::int32_t kNoByteToken = -1;
using ByteTokens = std::array<std::int32_t, 256>;

// The ids of the byte tokens of a model; kNoByteToken where it has none.
ByteTokens byte_tokens(const Model& model);

// True when every byte of `text` has a token.
bool all_have_tokens(const ByteTokens& ids, std::string_view text) noexcept;

}  // namespace trainer::text
