#pragma once

#include "text/normalizers/normalizer.hpp"
#include "text/unicode/normal_forms.hpp"

// The small normalizers of tokenizer.json, each as the library's class of the same name does it.
namespace trainer::text {

class LowercaseNormalizer final : public Normalizer {
 public:
  std::string normalize(std::string_view text) const override;
};

class FormNormalizer final : public Normalizer {  // NFC, NFD, NFKC, NFKD
 public:
  explicit FormNormalizer(NormalForm form) : form_(form) {}
  std::string normalize(std::string_view text) const override;

 private:
  NormalForm form_;
};

// Drops marks; unlike BERT's switch it decomposes nothing, so an NFD stage goes before it.
class StripAccentsNormalizer final : public Normalizer {
 public:
  std::string normalize(std::string_view text) const override;
};

struct StripSides {
  bool left = true;
  bool right = true;
};

class StripNormalizer final : public Normalizer {
 public:
  explicit StripNormalizer(StripSides sides) : sides_(sides) {}
  std::string normalize(std::string_view text) const override;

 private:
  StripSides sides_;
};

class ReplaceNormalizer final : public Normalizer {  // of a plain string, not of a pattern
 public:
  ReplaceNormalizer(std::string pattern, std::string content);
  std::string normalize(std::string_view text) const override;

 private:
  std::string pattern_;
  std::string content_;
};

class PrependNormalizer final : public Normalizer {  // nothing is put before an empty text
 public:
  explicit PrependNormalizer(std::string prefix) : prefix_(std::move(prefix)) {}
  std::string normalize(std::string_view text) const override;

 private:
  std::string prefix_;
};

class SequenceNormalizer final : public Normalizer {
 public:
  explicit SequenceNormalizer(std::vector<std::unique_ptr<Normalizer>> parts)
      : parts_(std::move(parts)) {}
  std::string normalize(std::string_view text) const override;

 private:
  std::vector<std::unique_ptr<Normalizer>> parts_;
};

}  // namespace trainer::text
