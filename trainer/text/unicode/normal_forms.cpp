#include "text/unicode/normal_forms.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uniset.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

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

icu::UnicodeSet make_set(const char* pattern) {
  UErrorCode status = U_ZERO_ERROR;
  icu::UnicodeSet made(icu::UnicodeString(pattern), status);
  require(status, "character properties");
  made.freeze();
  return made;
}

// Normalization is stable: an assigned character keeps its decomposition for ever. So filtering by
// the version in which a character came gives the older version's result exactly.
const icu::UnicodeSet& characters_of_unicode_9() {
  static const icu::UnicodeSet set = make_set("[:age=9.0:]");
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

struct FormData {
  icu::FilteredNormalizer2 normalizer;
  bool composes;
  // Characters that are not their own form, or may combine with what stands before them.
  icu::UnicodeSet unstable;

  FormData(NormalForm form, const char* unstable_pattern)
      : normalizer(library_normalizer(form), characters_of_unicode_9()),
        composes(form == NormalForm::kNfc || form == NormalForm::kNfkc),
        unstable(make_set(unstable_pattern)) {}
};

const FormData& data_of(NormalForm form) {
  static const FormData nfc(NormalForm::kNfc, "[[[:NFC_QC=N:][:NFC_QC=M:][:^ccc=0:]]&[:age=9.0:]]");
  static const FormData nfd(NormalForm::kNfd, "[[[:NFD_QC=N:][:^ccc=0:]]&[:age=9.0:]]");
  static const FormData nfkc(NormalForm::kNfkc,
                             "[[[:NFKC_QC=N:][:NFKC_QC=M:][:^ccc=0:]]&[:age=9.0:]]");
  static const FormData nfkd(NormalForm::kNfkd, "[[[:NFKD_QC=N:][:^ccc=0:]]&[:age=9.0:]]");
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

struct Combining {
  char32_t code;
  std::uint8_t combining_class;
  std::ptrdiff_t change;
};

// Full decomposition in canonical order. Of the characters that one becomes all but the first are
// inserted ones.
std::vector<Combining> decomposed(const icu::Normalizer2& data, std::string_view part) {
  std::vector<Combining> out;
  const auto push = [&](char32_t c, std::ptrdiff_t change) {
    out.push_back({c, data.getCombiningClass(static_cast<UChar32>(c)), change});
  };
  for_each_character(part, [&](char32_t c, std::string_view) {
    icu::UnicodeString decomposition;
    if (!data.getDecomposition(static_cast<UChar32>(c), decomposition)) return push(c, 0);
    for (std::int32_t i = 0; i < decomposition.length();) {
      const UChar32 d = decomposition.char32At(i);
      push(static_cast<char32_t>(d), i == 0 ? 0 : 1);
      i += U16_LENGTH(d);
    }
  });
  const auto is_mark = [](const Combining& c) { return c.combining_class != 0; };
  for (auto at = out.begin(); at != out.end();) {
    const auto first = std::find_if(at, out.end(), is_mark);
    at = std::find_if_not(first, out.end(), is_mark);
    std::stable_sort(first, at, [](const Combining& a, const Combining& b) {
      return a.combining_class < b.combining_class;
    });
  }
  return out;
}

// Canonical composition (Unicode Standard, section 3.11, D117). What takes the place of two
// characters takes on the changes of both.
void compose(const icu::Normalizer2& data, const std::vector<Combining>& characters,
             std::vector<CharacterChange>& out) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t starter = kNone;  // index in out
  int last_class = -1;          // of what stands between the starter and here; -1: nothing
  for (const Combining& c : characters) {
    if (starter != kNone && last_class < static_cast<int>(c.combining_class)) {
      const UChar32 composed =
          data.composePair(static_cast<UChar32>(out[starter].code), static_cast<UChar32>(c.code));
      if (composed >= 0) {
        out[starter].code = static_cast<char32_t>(composed);
        out[starter].change += c.change - 1;
        continue;
      }
    }
    if (c.combining_class == 0) {
      starter = out.size();
      last_class = -1;
    } else if (starter != kNone) {
      last_class = c.combining_class;
    }
    out.push_back({c.code, c.change});
  }
}

}  // namespace

UnstablePart next_unstable(NormalForm form, std::string_view text, std::size_t from) {
  const icu::UnicodeSet& unstable = data_of(form).unstable;
  std::size_t previous = from;  // the last character before `at`
  std::size_t at = from;
  for (; at < text.size();) {
    // No ASCII character is ever unstable.
    if (static_cast<unsigned char>(text[at]) >= 0x80 &&
        unstable.contains(static_cast<UChar32>(decode(text.data() + at).code)))
      break;
    previous = at;
    at += decode(text.data() + at).length;
  }
  if (at >= text.size()) return {text.size(), text.size()};
  UnstablePart part{previous, at};
  while (part.end < text.size()) {
    const Decoded c = decode(text.data() + part.end);
    if (!unstable.contains(static_cast<UChar32>(c.code))) break;
    part.end += c.length;
  }
  return part;
}

void normalize(NormalForm form, std::string_view part, std::vector<CharacterChange>& out) {
  const FormData& data = data_of(form);
  const std::vector<Combining> characters = decomposed(data.normalizer, part);
  if (data.composes) return compose(data.normalizer, characters, out);
  for (const Combining& c : characters) out.push_back({c.code, c.change});
}

std::string normalize(NormalForm form, std::string_view text) {
  std::vector<CharacterChange> changes;
  normalize(form, text, changes);
  std::string out;
  for (const CharacterChange& c : changes) append(out, c.code);
  return out;
}

}  // namespace trainer::text
