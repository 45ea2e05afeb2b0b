#pragma once

#include "text/pre_tokenizers/pre_tokenizer.hpp"
#include "text/split_behavior.hpp"

// The small pre-tokenizers of tokenizer.json, each as the library's class of the same name does it.
namespace trainer::text {

class BertPreTokenizer final : public PreTokenizer {  // drops white space, isolates punctuation
 public:
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;
};

class WhitespaceSplitPreTokenizer final : public PreTokenizer {  // drops white space
 public:
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;
};

class WhitespacePreTokenizer final : public PreTokenizer {  // \w+|[^\w\s]+
 public:
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;
};

class PunctuationPreTokenizer final : public PreTokenizer {  // splits at punctuation
 public:
  explicit PunctuationPreTokenizer(SplitBehavior behavior) : behavior_(behavior) {}
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;

 private:
  SplitBehavior behavior_;
};

class CharDelimiterSplitPreTokenizer final : public PreTokenizer {  // drops one character
 public:
  explicit CharDelimiterSplitPreTokenizer(char32_t delimiter) : delimiter_(delimiter) {}
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;

 private:
  char32_t delimiter_;
};

class FixedLengthPreTokenizer final : public PreTokenizer {  // words of so many characters
 public:
  explicit FixedLengthPreTokenizer(std::size_t length) : length_(length) {}
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;

 private:
  std::size_t length_;  // at least 1
};

enum class DigitGroups { kTogether, kOneByOne };

class DigitsPreTokenizer final : public PreTokenizer {  // isolates runs of digits, or each digit
 public:
  explicit DigitsPreTokenizer(DigitGroups groups) : groups_(groups) {}
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;

 private:
  DigitGroups groups_;
};

// A word for each run of one script. Characters of no script, which the library counts the space
// to, go with what stands before them; those before the first script are lost, as in the library.
class UnicodeScriptsPreTokenizer final : public PreTokenizer {
 public:
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;
};

class SequencePreTokenizer final : public PreTokenizer {
 public:
  explicit SequencePreTokenizer(std::vector<std::unique_ptr<PreTokenizer>> parts)
      : parts_(std::move(parts)) {}
  void split(const NormalizedString& text, TextStore& store, Words& words) const override;

 private:
  std::vector<std::unique_ptr<PreTokenizer>> parts_;
};

}  // namespace trainer::text
