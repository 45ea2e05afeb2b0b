#include "text/models/unigram.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "config/error.hpp"
#include "text/models/sinks.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {

// Memory that words of one thread take in turns.
struct Unigram::Scratch {
  std::vector<Step> steps;
  std::vector<std::uint32_t> ends;

  static Scratch& of_this_thread() {
    thread_local Scratch scratch;
    return scratch;
  }
  void shrink() {
    constexpr std::size_t kKept = 1U << 16U;
    if (steps.capacity() > kKept) *this = {};
  }
};

Unigram::Unigram(const std::vector<Piece>& pieces, UnigramOptions options, const std::string& place)
    : options_(options), place_(place) {
  if (options_.unk_id && static_cast<std::size_t>(*options_.unk_id) >= pieces.size()) {
    throw Error(ErrorCode::kInvalidInput, fmt::format("{}: unk_id is {}, but there are {} pieces",
                                                      place, *options_.unk_id, pieces.size()));
  }
  std::size_t bytes = 0;
  for (const Piece& piece : pieces) bytes += piece.token.size();
  pool_.reserve(bytes);
  ends_.reserve(pieces.size());
  scores_.reserve(pieces.size());
  double lowest = std::numeric_limits<double>::infinity();
  std::vector<DoubleArray::Entry> entries;
  entries.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    entries.push_back({piece.token, static_cast<std::int32_t>(ends_.size())});
    pool_.append(piece.token);
    ends_.push_back(static_cast<std::uint32_t>(pool_.size()));
    scores_.push_back(piece.score);
    lowest = std::min(lowest, piece.score);
  }
  trie_ = DoubleArray(std::move(entries));
  constexpr double kUnknownPenalty = 10;
  unk_score_ = lowest - kUnknownPenalty;
  if (options_.byte_fallback) byte_ids_ = byte_tokens(*this);
}

void Unigram::find_best(std::string_view word, std::vector<Step>& steps) const {
  const auto size = static_cast<std::uint32_t>(word.size());
  steps.assign(std::size_t{size} + 1, {});
  for (std::uint32_t start = 0; start < size;) {
    const double so_far = steps[start].score;
    const std::uint32_t character = decode(word.data() + start).length;
    bool is_piece = false;
    std::uint32_t node = DoubleArray::kRoot;
    for (std::uint32_t end = start; end < size;) {
      node = trie_.step(node, word[end++]);
      if (node == DoubleArray::kNowhere) break;
      const std::int32_t id = trie_.value(node);
      if (id == DoubleArray::kNoValue) continue;
      const double score = scores_[static_cast<std::size_t>(id)] + so_far;
      if (steps[end].is_worse_than(score)) steps[end] = {score, start, id};
      is_piece = is_piece || end - start == character;
    }
    const std::uint32_t next = start + character;
    if (!is_piece && steps[next].is_worse_than(unk_score_ + so_far)) {
      if (!options_.unk_id) throw_unknown(word, start);
      steps[next] = {unk_score_ + so_far, start, *options_.unk_id};
    }
    start = next;
  }
}

template <typename Sink>
void Unigram::push_unknown(std::string_view word, std::size_t begin, std::size_t end,
                           Sink& sink) const {
  const std::string_view text = word.substr(begin, end - begin);
  // Unknown characters may make up a piece that was not worth taking.
  if (const std::int32_t id = trie_.find(text); id != DoubleArray::kNoValue)
    return sink.push(id, begin, end);
  if (!options_.byte_fallback || !all_have_tokens(byte_ids_, text))
    return sink.push(*options_.unk_id, begin, end);
  for (const char byte : text) sink.push(byte_ids_[static_cast<unsigned char>(byte)], begin, end);
}

template <typename Sink>
void Unigram::encode_into(std::string_view word, Sink sink) const {
  Scratch& scratch = Scratch::of_this_thread();
  find_best(word, scratch.steps);
  const std::vector<Step>& steps = scratch.steps;
  std::vector<std::uint32_t>& ends = scratch.ends;
  ends.clear();
  for (auto end = static_cast<std::uint32_t>(word.size()); end > 0; end = steps[end].start)
    ends.push_back(end);
  const auto is_unknown = [&](std::uint32_t end) { return steps[end].id == options_.unk_id; };
  while (!ends.empty()) {
    std::uint32_t end = ends.back();
    const std::uint32_t begin = steps[end].start;
    ends.pop_back();
    if (!is_unknown(end)) {
      sink.push(steps[end].id, begin, end);
      continue;
    }
    for (; !ends.empty() && is_unknown(ends.back()); ends.pop_back()) end = ends.back();
    push_unknown(word, begin, end, sink);
  }
  scratch.shrink();
}

void Unigram::throw_unknown(std::string_view word, std::size_t at) const {
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("{}: '{}' is not in the vocabulary, and the model has no unknown token",
                          place_, word.substr(at, decode(word.data() + at).length)));
}

void Unigram::encode(std::string_view word, std::vector<std::int32_t>& ids) const {
  encode_into(word, IdSink(ids));
}

void Unigram::encode(std::string_view word, std::vector<Token>& tokens) const {
  encode_into(word, TokenSink(tokens));
}

std::optional<std::int32_t> Unigram::id_of(std::string_view token) const {
  const std::int32_t id = trie_.find(token);
  return id == DoubleArray::kNoValue ? std::nullopt : std::optional(id);
}

std::optional<std::string> Unigram::token_of(std::int32_t id) const {
  const auto at = static_cast<std::size_t>(id);
  if (id < 0 || at >= ends_.size()) return std::nullopt;
  const std::uint32_t begin = at == 0 ? 0 : ends_[at - 1];
  return pool_.substr(begin, ends_[at] - begin);
}

}  // namespace trainer::text
