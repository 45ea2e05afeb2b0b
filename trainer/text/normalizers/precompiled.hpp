#pragma once

#include <cstdint>
#include <optional>

#include "text/normalizers/normalizer.hpp"

namespace trainer::text {

// sentencepiece's normalization: a map from texts to texts, as a double array (darts-clone) and the
// replacements (https://github.com/google/sentencepiece/blob/master/src/normalizer.cc). As in the
// library it is looked up grapheme by grapheme, and the shortest entry that a grapheme of less than
// six bytes begins with replaces all of it; longer ones are looked up character by character.
class PrecompiledNormalizer final : public Normalizer {
 public:
  // A u32 with the array's bytes, the array, the replacements, each ending in a zero byte. Throws
  // kInvalidInput; `place` names where it was.
  PrecompiledNormalizer(std::string_view charsmap, const std::string& place);
  NormalizedString normalize(const NormalizedString& text, TextStore& store) const override;

 private:
  // The replacement of the shortest entry that `text` begins with.
  std::optional<std::string_view> find(std::string_view text) const noexcept;
  std::optional<std::uint32_t> value(std::string_view text) const noexcept;
  bool maps_nothing(std::string_view text) const;

  std::vector<std::uint32_t> units_;
  std::string replacements_;
  bool plain_[128] = {};  // ASCII characters that no entry begins with
};

// From base64.
std::unique_ptr<Normalizer> load_precompiled(const Component& component);

}  // namespace trainer::text
