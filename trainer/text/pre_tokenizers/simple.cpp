#include "text/pre_tokenizers/simple.hpp"

#include "text/unicode/properties.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

// What becomes of a character: dropped (and the word ends), a word of its own, or part of a run of
// its class.
enum class Fate { kDropped, kAlone, kRun, kOtherRun };

template <typename Classify>
void split_by(std::string_view text, Words& words, Classify&& classify) {
  std::size_t start = 0;
  Fate run = Fate::kDropped;  // class of the run that is open from `start`
  const auto close = [&](std::size_t end) {
    if (run != Fate::kDropped && end > start) words.list.push_back(text.substr(start, end - start));
    run = Fate::kDropped;
  };
  for (std::size_t i = 0; i < text.size();) {
    const Decoded c = decode(text.data() + i);
    const Fate fate = classify(c.code);
    if (fate != run || fate == Fate::kAlone) {
      close(i);
      start = i;
      run = fate;
    }
    i += c.length;
  }
  close(text.size());
}

}  // namespace

void BertPreTokenizer::split(std::string_view text, Words& words) const {
  const UnicodeTables& tables = UnicodeTables::get();
  split_by(text, words, [&tables](char32_t c) {
    const std::uint16_t properties = tables.properties(c);
    if ((properties & kWhitespace) != 0) return Fate::kDropped;
    return (properties & kPunctuation) != 0 ? Fate::kAlone : Fate::kRun;
  });
}

void WhitespaceSplitPreTokenizer::split(std::string_view text, Words& words) const {
  const UnicodeTables& tables = UnicodeTables::get();
  split_by(text, words, [&tables](char32_t c) {
    return tables.has(c, kWhitespace) ? Fate::kDropped : Fate::kRun;
  });
}

void WhitespacePreTokenizer::split(std::string_view text, Words& words) const {
  const UnicodeTables& tables = UnicodeTables::get();
  split_by(text, words, [&tables](char32_t c) {
    const std::uint16_t properties = tables.properties(c);
    if ((properties & kWord) != 0) return Fate::kRun;
    return (properties & kWhitespace) != 0 ? Fate::kDropped : Fate::kOtherRun;
  });
}

void PunctuationPreTokenizer::split(std::string_view text, Words& words) const {
  const UnicodeTables& tables = UnicodeTables::get();
  split_by(text, words, [&tables](char32_t c) {
    return tables.has(c, kPunctuation) ? Fate::kAlone : Fate::kRun;
  });
}

void DigitsPreTokenizer::split(std::string_view text, Words& words) const {
  const UnicodeTables& tables = UnicodeTables::get();
  const Fate digit = groups_ == DigitGroups::kOneByOne ? Fate::kAlone : Fate::kOtherRun;
  split_by(text, words,
           [&tables, digit](char32_t c) { return tables.has(c, kNumeric) ? digit : Fate::kRun; });
}

void SequencePreTokenizer::split(std::string_view text, Words& words) const {
  std::vector<std::string_view> pieces = {text};
  for (const auto& part : parts_) {
    Words next;
    next.owned = std::move(words.owned);
    for (const std::string_view piece : pieces) part->split(piece, next);
    pieces = std::move(next.list);
    words.owned = std::move(next.owned);
  }
  words.list.insert(words.list.end(), pieces.begin(), pieces.end());
}

}  // namespace trainer::text
