#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "text/pipeline.hpp"

// Ids to text: the library's Tokenizer::decode. Immutable; any thread.
namespace trainer::text {

class Detokenizer {
 public:
  // Keeps a reference; `stages` must outlive it.
  explicit Detokenizer(const Stages& stages);

  // Ids that stand for no token are left out.
  std::string decode(std::span<const std::int32_t> ids, const DecodeOptions& options) const;

 private:
  const Stages& stages_;
  std::unordered_map<std::int32_t, std::string> added_;  // as they are looked for in a text
  std::unordered_set<std::string> special_;
};

}  // namespace trainer::text
