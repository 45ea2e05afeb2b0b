#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "text/models/model_tables.hpp"

namespace trainer::text {

// A sentencepiece model of type BPE keeps its pieces but not its merges. They come back, as
// transformers has it, as every cut of a piece into two of `ids`' pieces, the highest score first,
// then the one with more characters on the left, then on the right; of the rest, in order of the
// pieces, then of the parts' ids. Of two pieces with the same text the later one's score counts, at
// the first one's place.
std::vector<std::pair<std::string_view, std::string_view>> merges_of_pieces(
    const std::vector<Piece>& pieces,
    const std::unordered_map<std::string_view, std::int32_t>& ids);

}  // namespace trainer::text
