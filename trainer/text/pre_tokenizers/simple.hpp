#pragma once

#include "text/pre_tokenizers/pre_tokenizer.hpp"

// The small pre-tokenizers of tokenizer.json, each as the library's class of the same name does it.
namespace trainer::text {

class BertPreTokenizer final : public PreTokenizer {  // drops white space, isolates punctuation
 public:
  void split(std::string_view text, Words& words) const override;
};

class WhitespaceSplitPreTokenizer final : public PreTokenizer {  // drops white space
 public:
  void split(std::string_view text, Words& words) const override;
};

class WhitespacePreTokenizer final : public PreTokenizer {  // \w+|[^\w\s]+
 public:
  void split(std::string_view text, Words& words) const override;
};

class PunctuationPreTokenizer final : public PreTokenizer {  // isolates punctuation
 public:
  void split(std::string_view text, Words& words) const override;
};

enum class DigitGroups { kTogether, kOneByOne };

class DigitsPreTokenizer final : public PreTokenizer {  // isolates runs of digits, or each digit
 public:
  explicit DigitsPreTokenizer(DigitGroups groups) : groups_(groups) {}
  void split(std::string_view text, Words& words) const override;

 private:
  DigitGroups groups_;
};

class SequencePreTokenizer final : public PreTokenizer {
 public:
  explicit SequencePreTokenizer(std::vector<std::unique_ptr<PreTokenizer>> parts)
      : parts_(std::move(parts)) {}
  void split(std::string_view text, Words& words) const override;
  bool makes_bytes() const noexcept override {
    return !parts_.empty() && parts_.back()->makes_bytes();
  }

 private:
  std::vector<std::unique_ptr<PreTokenizer>> parts_;
};

}  // namespace trainer::text
