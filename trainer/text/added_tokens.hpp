#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// Tokens that are cut out of the text before the model sees it ("[MASK]"). Immutable after
// building; any thread.
namespace trainer::text {

struct AddedToken {
  std::int32_t id = 0;
  std::string content;
  bool single_word = false;  // only where no word character touches it
  bool lstrip = false;       // takes the white space on its left with it
  bool rstrip = false;       // and on its right
  bool normalized = false;   // looked for in the normalised text, itself normalised
  bool special = false;
};

// A part of the text: a token's id, or text between tokens (id kText). Parts cover the text but for
// stripped spaces.
struct TextPart {
  static constexpr std::int32_t kText = -1;
  std::size_t begin = 0;  // bytes
  std::size_t end = 0;
  std::int32_t id = kText;
};

// Whether special tokens are cut out of a text, or left in it.
enum class Specials { kAreCut, kAreText };

// Finds a set of tokens; of two that begin at the same place the longer wins, and the search goes
// on behind it.
class AddedTokenMatcher {
 public:
  AddedTokenMatcher() = default;
  // Later tokens of the same content win. Empty contents are ignored.
  explicit AddedTokenMatcher(std::vector<AddedToken> tokens, Specials specials = Specials::kAreCut);

  bool empty() const noexcept { return tokens_.empty(); }
  void split(std::string_view text, std::vector<TextPart>& parts) const;

 private:
  struct Node {
    std::unordered_map<unsigned char, std::uint32_t> children;
    std::int32_t token = -1;  // index in tokens_
  };
  // Where the next byte that may begin a token is, from `from` on.
  std::size_t next_candidate(std::string_view text, std::size_t from) const noexcept;
  // Longest token at `at`, or nullptr.
  const AddedToken* match(std::string_view text, std::size_t at) const noexcept;

  Specials specials_ = Specials::kAreCut;
  std::vector<AddedToken> tokens_;
  std::vector<Node> trie_;
  std::array<bool, 256> begins_{};
  int only_beginning_ = -1;  // the first byte of all tokens, when they share one
};

}  // namespace trainer::text
