#pragma once

#include <vector>

#include "text/conversion/sentencepiece_merges.hpp"
#include "text/conversion/sentencepiece_model.hpp"
#include "text/conversion/special_tokens.hpp"

// How the pieces of a sentencepiece model become a vocabulary: most model types put tokens of
// their own before, between and behind them, so that a token's id is not its piece's.
namespace trainer::text {

struct Layout {
  std::vector<Piece> pieces;  // in order of their ids
  std::int32_t unk_id = 0;
};

Layout lay_out(Recipe recipe, const SentencePieceModel& model, const SpecialTokens& special,
               const TokenizerConfig& config);

// The class's own additional special tokens, put together with those that the files name.
void complete_additional(Recipe recipe, const TokenizerConfig& config, SpecialTokens& special);

}  // namespace trainer::text
