#pragma once

#include <string>
#include <vector>

#include "text/models/byte_fallback.hpp"
#include "text/models/double_array.hpp"
#include "text/models/model.hpp"

namespace trainer::text {

struct UnigramOptions {
  std::optional<std::int32_t> unk_id;
  bool byte_fallback = false;  // an unknown character is its bytes, when all of them have tokens
};

// Of all ways to cut a word into pieces the one of the highest sum of scores (Kudo 2018), found as
// the library does, so that ties and roundings fall the same way: positions from left to right,
// pieces by increasing length, sums in double precision, and only a strictly higher sum wins. A
// character that is no piece by itself may be unknown, at ten below the lowest score; unknown
// neighbours are one token. Time is the word's length times the longest piece's, memory 16 bytes
// for a byte of the word.
class Unigram final : public Model {
 public:
  // A piece's place is its id; of two equal ones the later counts. Throws kInvalidInput when unk_id
  // is no piece; `place` names the file.
  Unigram(const std::vector<Piece>& pieces, UnigramOptions options, const std::string& place);

  void encode(std::string_view word, std::vector<std::int32_t>& ids) const override;
  void encode(std::string_view word, std::vector<Token>& tokens) const override;
  std::optional<std::int32_t> id_of(std::string_view token) const override;
  std::optional<std::string> token_of(std::int32_t id) const override;
  std::size_t vocab_size() const noexcept override { return ends_.size(); }
  std::optional<std::int32_t> unk_id() const noexcept { return options_.unk_id; }

 private:
  // The best way to a position of the word: its last piece.
  struct Step {
    double score = 0;
    std::uint32_t start = kUnreached;
    std::int32_t id = 0;
    static constexpr std::uint32_t kUnreached = 0xFFFFFFFFU;
    bool is_worse_than(double other) const noexcept { return start == kUnreached || other > score; }
  };
  struct Scratch;

  template <typename Sink>
  void encode_into(std::string_view word, Sink sink) const;
  void find_best(std::string_view word, std::vector<Step>& steps) const;
  template <typename Sink>
  void push_unknown(std::string_view word, std::size_t begin, std::size_t end, Sink& sink) const;
  [[noreturn]] void throw_unknown(std::string_view word, std::size_t at) const;

  std::string pool_;  // the pieces, one after the other
  std::vector<std::uint32_t> ends_;
  std::vector<double> scores_;
  DoubleArray trie_;
  UnigramOptions options_;
  std::string place_;
  double unk_score_ = 0;
  ByteTokens byte_ids_{};
};

}  // namespace trainer::text
