#pragma once

#include "text/normalizers/normalizer.hpp"
#include "text/unicode/normal_forms.hpp"

// The small normalizers of tokenizer.json, each as the library's class of the same name does it.
namespace trainer::text {

class LowercaseNormalizer final : public Normalizer {
 public:
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override;
};

class FormNormalizer final : public Normalizer {  // NFC, NFD, NFKC, NFKD
 public:
  explicit FormNormalizer(NormalForm form) : form_(form) {}
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override;

 private:
  NormalForm form_;
};

// Drops marks; unlike BERT's switch it decomposes nothing, so an NFD stage goes before it.
class StripAccentsNormalizer final : public Normalizer {
 public:
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override;
};

struct StripSides {
  bool left = true;
  bool right = true;
};

class StripNormalizer final : public Normalizer {
 public:
  explicit StripNormalizer(StripSides sides) : sides_(sides) {}
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override;

 private:
  StripSides sides_;
};

class NmtNormalizer final : public Normalizer {  // sentencepiece's rules for controls and spaces
 public:
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override;
};

class PrependNormalizer final : public Normalizer {  // nothing is put before an empty text
 public:
  explicit PrependNormalizer(std::string prefix) : prefix_(std::move(prefix)) {}
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override {
    return prepend(text, prefix_, store);
  }

 private:
  std::string prefix_;
};

class ByteLevelNormalizer final : public Normalizer {  // bytes to GPT-2's byte alphabet
 public:
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override;
};

class SequenceNormalizer final : public Normalizer {
 public:
  explicit SequenceNormalizer(std::vector<std::unique_ptr<Normalizer>> parts)
      : parts_(std::move(parts)) {}
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override;

 private:
  std::vector<std::unique_ptr<Normalizer>> parts_;
};

}  // namespace trainer::text
