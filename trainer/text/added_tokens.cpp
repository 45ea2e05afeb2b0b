#include "text/added_tokens.hpp"

#include <algorithm>

#include "text/unicode/spaces.hpp"

namespace trainer::text {
namespace {

bool ends_with_word(std::string_view text) {
  return !text.empty() && UnicodeTables::get().has(decode_last(text).code, kWord);
}

bool starts_with_word(std::string_view text) {
  return !text.empty() && UnicodeTables::get().has(decode(text.data()).code, kWord);
}

}  // namespace

AddedTokenMatcher::AddedTokenMatcher(std::vector<AddedToken> tokens, Specials specials)
    : specials_(specials), tokens_(std::move(tokens)), trie_(1) {
  std::erase_if(tokens_, [](const AddedToken& token) { return token.content.empty(); });
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    std::uint32_t node = 0;
    for (const char c : tokens_[i].content) {
      const auto [child, inserted] = trie_[node].children.emplace(
          static_cast<unsigned char>(c), static_cast<std::uint32_t>(trie_.size()));
      node = child->second;
      if (inserted) trie_.emplace_back();
    }
    trie_[node].token = static_cast<std::int32_t>(i);
    begins_[static_cast<unsigned char>(tokens_[i].content[0])] = true;
  }
  if (std::count(begins_.begin(), begins_.end(), true) == 1) {
    only_beginning_ =
        static_cast<int>(std::find(begins_.begin(), begins_.end(), true) - begins_.begin());
  }
}

std::size_t AddedTokenMatcher::next_candidate(std::string_view text,
                                              std::size_t from) const noexcept {
  if (only_beginning_ >= 0) return text.find(static_cast<char>(only_beginning_), from);
  while (from < text.size() && !begins_[static_cast<unsigned char>(text[from])]) ++from;
  return from < text.size() ? from : std::string_view::npos;
}

const AddedToken* AddedTokenMatcher::match(std::string_view text, std::size_t at) const noexcept {
  const AddedToken* found = nullptr;
  std::uint32_t node = 0;
  for (; at < text.size(); ++at) {
    const auto child = trie_[node].children.find(static_cast<unsigned char>(text[at]));
    if (child == trie_[node].children.end()) break;
    node = child->second;
    if (trie_[node].token >= 0) found = &tokens_[static_cast<std::size_t>(trie_[node].token)];
  }
  return found;
}

void AddedTokenMatcher::split(std::string_view text, std::vector<TextPart>& parts) const {
  std::size_t done = 0;  // end of the last part
  const auto finish = [&](std::size_t end) {
    if (done < end) parts.push_back({done, end, TextPart::kText});
  };
  if (tokens_.empty()) return finish(text.size());
  for (std::size_t at = next_candidate(text, 0); at != std::string_view::npos;) {
    const AddedToken* token = match(text, at);
    if (token == nullptr) {
      at = next_candidate(text, at + 1);
      continue;
    }
    std::size_t start = at;
    std::size_t stop = at + token->content.size();
    at = next_candidate(text,
                        stop);  // behind the token itself, even when it takes spaces that follow
    if (specials_ == Specials::kAreText && token->special) continue;
    if (token->single_word &&
        (ends_with_word(text.substr(0, start)) || starts_with_word(text.substr(stop))))
      continue;
    if (token->lstrip) start = std::max(without_spaces_at_end(text.substr(0, start)), done);
    if (token->rstrip) stop += spaces_at_start(text.substr(stop));
    finish(start);
    // Nothing is left of a token whose spaces the one before it took: the library drops it too.
    if (start < stop) parts.push_back({start, stop, token->id});
    done = stop;
  }
  finish(text.size());
}

}  // namespace trainer::text
