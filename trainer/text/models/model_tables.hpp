#pragma once

#include <string>
#include <utility>
#include <vector>

#include "text/models/vocabulary.hpp"

// The large parts of a tokenizer.json's "model", hundreds of thousands of entries that a JSON tree
// would hold in as many small blocks of memory.
namespace trainer::text {

using Merge = std::pair<std::string, std::string>;  // left and right

struct Piece {
  std::string token;
  double score = 0;  // a log probability, mostly
};

struct ModelTables {
  std::vector<VocabularyEntry> vocabulary;  // "vocab" where it is an object
  std::vector<Piece> pieces;                // "vocab" where it is an array: Unigram's
  std::vector<Merge> merges;                // in order of rank
};

}  // namespace trainer::text
