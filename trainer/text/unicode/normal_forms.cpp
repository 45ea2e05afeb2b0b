#include "text/unicode/normal_forms.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>

#include "config/error.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

void require(UErrorCode status, const char* what) {
  if (U_FAILURE(status)) {
    throw Error(ErrorCode::kInternal, std::string("ICU cannot load its ") + what + " (" +
                                          u_errorName(status) + "): reinstall the ICU library");
  }
}

// Normalization is stable: an assigned character keeps its decomposition for ever. So filtering by
// the version in which a character came gives the older version's result exactly.
const icu::UnicodeSet& characters_of_unicode_9() {
  static const icu::UnicodeSet set = [] {
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeSet made(icu::UnicodeString("[:age=9.0:]"), status);
    require(status, "character ages");
    made.freeze();
    return made;
  }();
  return set;
}

const icu::Normalizer2& library_normalizer(NormalForm form) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* found = nullptr;
  switch (form) {
    case NormalForm::kNfc:
      found = icu::Normalizer2::getNFCInstance(status);
      break;
    case NormalForm::kNfd:
      found = icu::Normalizer2::getNFDInstance(status);
      break;
    case NormalForm::kNfkc:
      found = icu::Normalizer2::getNFKCInstance(status);
      break;
    case NormalForm::kNfkd:
      found = icu::Normalizer2::getNFKDInstance(status);
      break;
  }
  require(status, "normalization data");
  return *found;
}

const icu::Normalizer2& filtered_normalizer(NormalForm form) {
  static const icu::FilteredNormalizer2 nfc(library_normalizer(NormalForm::kNfc),
                                            characters_of_unicode_9());
  static const icu::FilteredNormalizer2 nfd(library_normalizer(NormalForm::kNfd),
                                            characters_of_unicode_9());
  static const icu::FilteredNormalizer2 nfkc(library_normalizer(NormalForm::kNfkc),
                                             characters_of_unicode_9());
  static const icu::FilteredNormalizer2 nfkd(library_normalizer(NormalForm::kNfkd),
                                             characters_of_unicode_9());
  switch (form) {
    case NormalForm::kNfc:
      return nfc;
    case NormalForm::kNfd:
      return nfd;
    case NormalForm::kNfkc:
      return nfkc;
    case NormalForm::kNfkd:
      break;
  }
  return nfkd;
}

}  // namespace

std::string normalize(NormalForm form, std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  const icu::StringPiece piece(text.data(), static_cast<std::int32_t>(text.size()));
  const icu::UnicodeString source = icu::UnicodeString::fromUTF8(piece);
  UErrorCode status = U_ZERO_ERROR;
  const icu::UnicodeString normalized = filtered_normalizer(form).normalize(source, status);
  require(status, "normalizer");
  std::string out;
  return normalized.toUTF8String(out);
}

}  // namespace trainer::text
