#pragma once

#include "text/decoders/decoder.hpp"
#include "text/pre_tokenizers/metaspace.hpp"
#include "text/regex/pattern.hpp"

// The decoders of tokenizer.json, each as the library's class of the same name does it.
namespace trainer::text {

using Tokens = std::vector<std::string>;

class BpeDecoder final : public Decoder {  // the suffix becomes a space, but at the end
 public:
  explicit BpeDecoder(std::string suffix) : suffix_(std::move(suffix)) {}
  Tokens decode(Tokens tokens) const override;

 private:
  std::string suffix_;
};

class ByteLevelDecoder final : public Decoder {  // characters of GPT-2's alphabet to bytes
 public:
  Tokens decode(Tokens tokens) const override;
};

enum class Cleanup { kOff, kOn };  // no space before punctuation and English endings

class WordPieceDecoder final : public Decoder {  // a space before what lacks the prefix
 public:
  WordPieceDecoder(std::string prefix, Cleanup cleanup)
      : prefix_(std::move(prefix)), cleanup_(cleanup) {}
  Tokens decode(Tokens tokens) const override;

 private:
  std::string prefix_;
  Cleanup cleanup_;
};

class MetaspaceDecoder final : public Decoder {
 public:
  explicit MetaspaceDecoder(MetaspaceOptions options) : options_(options) {}
  Tokens decode(Tokens tokens) const override;

 private:
  MetaspaceOptions options_;
};

struct CtcOptions {
  std::string pad_token = "<pad>";
  std::string word_delimiter_token = "|";
  Cleanup cleanup = Cleanup::kOn;
};

class CtcDecoder final : public Decoder {  // repeated tokens are one, pads are none
 public:
  explicit CtcDecoder(CtcOptions options) : options_(std::move(options)) {}
  Tokens decode(Tokens tokens) const override;

 private:
  CtcOptions options_;
};

class ReplaceDecoder final : public Decoder {
 public:
  ReplaceDecoder(std::unique_ptr<Pattern> pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}
  Tokens decode(Tokens tokens) const override;

 private:
  std::unique_ptr<Pattern> pattern_;
  std::string content_;
};

class FuseDecoder final : public Decoder {  // one token of all
 public:
  Tokens decode(Tokens tokens) const override;
};

class StripDecoder final : public Decoder {  // up to so many of a character at the edges
 public:
  struct Options {
    char32_t content = U' ';
    std::size_t start = 0;
    std::size_t stop = 0;
  };
  explicit StripDecoder(Options options) : options_(options) {}
  Tokens decode(Tokens tokens) const override;

 private:
  Options options_;
};

class ByteFallbackDecoder final : public Decoder {  // runs of <0x61> to text, or U+FFFD each
 public:
  Tokens decode(Tokens tokens) const override;
};

class SequenceDecoder final : public Decoder {
 public:
  explicit SequenceDecoder(std::vector<std::unique_ptr<Decoder>> parts)
      : parts_(std::move(parts)) {}
  Tokens decode(Tokens tokens) const override;

 private:
  std::vector<std::unique_ptr<Decoder>> parts_;
};

}  // namespace trainer::text
