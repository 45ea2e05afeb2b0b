#include "text/conversion/sentencepiece_merges.hpp"

#include <algorithm>
#include <tuple>

#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

struct Cut {
  std::string_view left, right;
  double score = 0;
  std::int32_t left_id = 0, right_id = 0;
  std::size_t left_length = 0, right_length = 0;  // characters
};

using Ids = std::unordered_map<std::string_view, std::int32_t>;

// All cuts of one piece, in order of the parts' ids.
void cut(const Piece& piece, const Ids& ids, std::vector<Cut>& cuts) {
  const std::string_view text = piece.token;
  const auto first = static_cast<std::ptrdiff_t>(cuts.size());
  const std::size_t length = count_characters(text);
  std::size_t at = 0;
  for (std::size_t characters = 1; characters < length; ++characters) {
    at += decode(text.data() + at).length;
    const auto left = ids.find(text.substr(0, at));
    if (left == ids.end()) continue;
    const auto right = ids.find(text.substr(at));
    if (right == ids.end()) continue;
    cuts.push_back({.left = text.substr(0, at),
                    .right = text.substr(at),
                    .score = piece.score,
                    .left_id = left->second,
                    .right_id = right->second,
                    .left_length = characters,
                    .right_length = length - characters});
  }
  std::stable_sort(cuts.begin() + first, cuts.end(), [](const Cut& a, const Cut& b) {
    return std::tie(a.left_id, a.right_id) < std::tie(b.left_id, b.right_id);
  });
}

}  // namespace

std::vector<std::pair<std::string_view, std::string_view>> merges_of_pieces(
    const std::vector<Piece>& pieces, const Ids& ids) {
  std::unordered_map<std::string_view, double> scores;
  for (const Piece& piece : pieces) scores[piece.token] = piece.score;
  std::vector<Cut> cuts;
  for (const Piece& piece : pieces) {
    const auto at = scores.find(piece.token);
    if (at == scores.end()) continue;  // its first place is behind us
    const std::size_t before = cuts.size();
    cut(piece, ids, cuts);
    for (std::size_t i = before; i < cuts.size(); ++i) cuts[i].score = at->second;
    scores.erase(at);
  }
  std::ranges::stable_sort(cuts, [](const Cut& a, const Cut& b) {
    return std::tie(a.score, a.left_length, a.right_length) >
           std::tie(b.score, b.left_length, b.right_length);
  });
  std::vector<std::pair<std::string_view, std::string_view>> merges;
  merges.reserve(cuts.size());
  for (const Cut& each : cuts) merges.emplace_back(each.left, each.right);
  return merges;
}

}  // namespace trainer::text
