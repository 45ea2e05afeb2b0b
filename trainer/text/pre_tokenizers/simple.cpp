#include "text/pre_tokenizers/simple.hpp"

#include "text/unicode/properties.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

// What becomes of a character: dropped (and the word ends), a word of its own, or part of a run of
// its class.
enum class Fate { kDropped, kAlone, kRun, kOtherRun };

template <typename Classify>
void split_by(const NormalizedString& whole, Words& words, Classify&& classify) {
  const std::string_view text = whole.text();
  std::size_t start = 0;
  Fate run = Fate::kDropped;  // class of the run that is open from `start`
  const auto close = [&](std::size_t end) {
    if (run != Fate::kDropped && end > start) words.push_back(whole.slice(start, end));
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

// Splits at each character that `matches`.
template <typename Matches>
void split_at(const NormalizedString& text, SplitBehavior behavior, Words& words,
              Matches&& matches) {
  Splitter splitter(text, behavior, words);
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.text().size();) {
    const Decoded c = decode(text.text().data() + i);
    const std::size_t end = i + c.length;
    if (matches(c.code)) {
      if (done < i) splitter.part(done, i, false);
      splitter.part(i, end, true);
      done = end;
    }
    i = end;
  }
  if (done < text.text().size()) splitter.part(done, text.text().size(), false);
  splitter.finish();
}

}  // namespace

void BertPreTokenizer::split(const NormalizedString& text, TextStore&, Words& words) const {
  const UnicodeTables& tables = UnicodeTables::get();
  split_by(text, words, [&tables](char32_t c) {
    const std::uint16_t properties = tables.properties(c);
    if ((properties & kWhitespace) != 0) return Fate::kDropped;
    return (properties & kPunctuation) != 0 ? Fate::kAlone : Fate::kRun;
  });
}

void WhitespaceSplitPreTokenizer::split(const NormalizedString& text, TextStore&,
                                        Words& words) const {
  const UnicodeTables& tables = UnicodeTables::get();
  split_by(text, words, [&tables](char32_t c) {
    return tables.has(c, kWhitespace) ? Fate::kDropped : Fate::kRun;
  });
}

void WhitespacePreTokenizer::split(const NormalizedString& text, TextStore&, Words& words) const {
  const UnicodeTables& tables = UnicodeTables::get();
  split_by(text, words, [&tables](char32_t c) {
    const std::uint16_t properties = tables.properties(c);
    if ((properties & kWord) != 0) return Fate::kRun;
    return (properties & kWhitespace) != 0 ? Fate::kDropped : Fate::kOtherRun;
  });
}

void PunctuationPreTokenizer::split(const NormalizedString& text, TextStore&, Words& words) const {
  const UnicodeTables& tables = UnicodeTables::get();
  split_at(text, behavior_, words, [&tables](char32_t c) { return tables.has(c, kPunctuation); });
}

void CharDelimiterSplitPreTokenizer::split(const NormalizedString& text, TextStore&,
                                           Words& words) const {
  split_at(text, SplitBehavior::kRemoved, words, [this](char32_t c) { return c == delimiter_; });
}

void FixedLengthPreTokenizer::split(const NormalizedString& text, TextStore&, Words& words) const {
  std::size_t start = 0;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.text().size();) {
    i += decode(text.text().data() + i).length;
    if (++characters < length_ && i < text.text().size()) continue;
    words.push_back(text.slice(start, i));
    start = i;
    characters = 0;
  }
}

void DigitsPreTokenizer::split(const NormalizedString& text, TextStore&, Words& words) const {
  const UnicodeTables& tables = UnicodeTables::get();
  const Fate digit = groups_ == DigitGroups::kOneByOne ? Fate::kAlone : Fate::kOtherRun;
  split_by(text, words,
           [&tables, digit](char32_t c) { return tables.has(c, kNumeric) ? digit : Fate::kRun; });
}

void UnicodeScriptsPreTokenizer::split(const NormalizedString& text, TextStore&,
                                       Words& words) const {
  const UnicodeTables& tables = UnicodeTables::get();
  const std::string_view all = text.text();
  std::uint8_t last = UnicodeTables::kNoScript;
  std::size_t start = all.size();  // of the word; all.size(): none yet
  for (std::size_t i = 0; i < all.size();) {
    const Decoded c = decode(all.data() + i);
    const std::uint8_t script = c.code == U' ' ? UnicodeTables::kNoScript : tables.script(c.code);
    if (script != UnicodeTables::kNoScript && script != last) {
      if (start < i) words.push_back(text.slice(start, i));
      start = i;
      last = script;
    }
    i += c.length;
  }
  if (start < all.size()) words.push_back(text.slice(start, all.size()));
}

void SequencePreTokenizer::split(const NormalizedString& text, TextStore& store,
                                 Words& words) const {
  if (parts_.empty()) return words.push_back(text);
  Words pieces = {text};
  for (std::size_t i = 0; i + 1 < parts_.size(); ++i) {
    Words next;
    for (const NormalizedString& piece : pieces) parts_[i]->split(piece, store, next);
    pieces = std::move(next);
  }
  for (const NormalizedString& piece : pieces) parts_.back()->split(piece, store, words);
}

}  // namespace trainer::text
