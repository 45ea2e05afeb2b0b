#include "text/regex/character_set.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace trainer::text {
namespace {

struct ValueRange {
  char32_t first;
  char32_t last;
  std::uint8_t value;
};
struct ScriptName {
  std::string_view code;
  std::string_view name;
};

#include "text/regex/tables.inc"

struct BinaryProperty {
  std::string_view name;
  std::span<const CharacterRange> ranges;
};
constexpr BinaryProperty kBinaryProperties[] = {
    {"alphabetic", kAlphabetic},
    {"lowercase", kLowercase},
    {"uppercase", kUppercase},
    {"whitespace", kWhiteSpace},
    {"emoji", kEmoji},
    {"emojipresentation", kEmojiPresentation},
    {"emojimodifier", kEmojiModifier},
    {"emojimodifierbase", kEmojiModifierBase},
    {"emojicomponent", kEmojiComponent},
    {"extendedpictographic", kExtendedPictographic},
};

struct LongName {
  std::string_view name;
  std::string_view category;
};
constexpr LongName kLongNames[] = {
    {"letter", "L"},
    {"mark", "M"},
    {"combiningmark", "M"},
    {"number", "N"},
    {"punctuation", "P"},
    {"punct", "P"},
    {"symbol", "S"},
    {"separator", "Z"},
    {"other", "C"},
    {"uppercaseletter", "Lu"},
    {"lowercaseletter", "Ll"},
    {"titlecaseletter", "Lt"},
    {"modifierletter", "Lm"},
    {"otherletter", "Lo"},
    {"nonspacingmark", "Mn"},
    {"spacingmark", "Mc"},
    {"enclosingmark", "Me"},
    {"decimalnumber", "Nd"},
    {"letternumber", "Nl"},
    {"othernumber", "No"},
    {"connectorpunctuation", "Pc"},
    {"dashpunctuation", "Pd"},
    {"openpunctuation", "Ps"},
    {"closepunctuation", "Pe"},
    {"initialpunctuation", "Pi"},
    {"finalpunctuation", "Pf"},
    {"otherpunctuation", "Po"},
    {"mathsymbol", "Sm"},
    {"currencysymbol", "Sc"},
    {"modifiersymbol", "Sk"},
    {"othersymbol", "So"},
    {"spaceseparator", "Zs"},
    {"lineseparator", "Zl"},
    {"paragraphseparator", "Zp"},
    {"control", "Cc"},
    {"format", "Cf"},
    {"privateuse", "Co"},
    {"unassigned", "Cn"},
};

// Property names are compared without case, spaces, hyphens and underscores.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_') continue;
    out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out;
}

template <typename Wanted>
CharacterSet with_value(std::span<const ValueRange> table, Wanted&& wanted) {
  std::vector<CharacterRange> ranges;
  for (const ValueRange& range : table) {
    if (wanted(range.value)) ranges.push_back({range.first, range.last});
  }
  return CharacterSet(std::move(ranges));
}

// A category ("lu"), a group of them ("l", "lc").
std::optional<CharacterSet> category(std::string_view name) {
  const auto matches = [name](std::uint8_t value) {
    const std::string known = folded(kCategoryNames[value]);
    if (name == "lc") return known == "lu" || known == "ll" || known == "lt";
    return name.size() == 1 ? known[0] == name[0] : known == name;
  };
  if (name.empty() || name.size() > 2) return std::nullopt;
  CharacterSet found = with_value(kCategories, matches);
  if (name == "c") found.add(0xD800, 0xDFFF);
  if (found.empty()) return std::nullopt;
  return found;
}

CharacterSet categories(std::initializer_list<std::string_view> names) {
  CharacterSet all;
  for (const std::string_view name : names) all.add(*category(name));
  return all;
}

std::optional<CharacterSet> script(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kScriptNames); ++i) {
    if (folded(kScriptNames[i].code) == name || folded(kScriptNames[i].name) == name)
      return with_value(kScripts, [i](std::uint8_t value) { return value == i; });
  }
  return std::nullopt;
}

std::optional<CharacterSet> binary(std::string_view name) {
  for (const BinaryProperty& known : kBinaryProperties) {
    if (known.name == name)
      return CharacterSet(std::vector<CharacterRange>(known.ranges.begin(), known.ranges.end()));
  }
  return std::nullopt;
}

CharacterSet of(std::initializer_list<CharacterRange> ranges) {
  return CharacterSet(std::vector<CharacterRange>(ranges));
}

}  // namespace

CharacterSet::CharacterSet(std::vector<CharacterRange> ranges) : ranges_(std::move(ranges)) {
  std::ranges::sort(ranges_, {}, &CharacterRange::first);
  std::vector<CharacterRange> merged;
  for (const CharacterRange& range : ranges_) {
    if (!merged.empty() && range.first <= merged.back().last + 1) {
      merged.back().last = std::max(merged.back().last, range.last);
    } else {
      merged.push_back(range);
    }
  }
  ranges_ = std::move(merged);
}

void CharacterSet::add(char32_t first, char32_t last) { add(CharacterSet({{first, last}})); }

void CharacterSet::add(const CharacterSet& other) {
  std::vector<CharacterRange> both = std::move(ranges_);
  both.insert(both.end(), other.ranges_.begin(), other.ranges_.end());
  *this = CharacterSet(std::move(both));
}

CharacterSet CharacterSet::complement() const {
  CharacterSet out;
  char32_t next = 0;
  for (const CharacterRange& range : ranges_) {
    if (range.first > next) out.ranges_.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kLast) out.ranges_.push_back({next, kLast});
  return out;
}

CharacterSet CharacterSet::intersection(const CharacterSet& other) const {
  CharacterSet either = complement();
  either.add(other.complement());
  return either.complement();
}

bool CharacterSet::contains(char32_t c) const noexcept {
  const auto at = std::ranges::lower_bound(ranges_, c, {}, &CharacterRange::last);
  return at != ranges_.end() && at->first <= c;
}

std::optional<CharacterSet> property(std::string_view name) {
  const std::string wanted = folded(name);
  if (wanted == "any") return of({{0, CharacterSet::kLast}});
  if (wanted == "assigned") return category("cn")->complement();
  for (const LongName& known : kLongNames) {
    if (known.name == wanted) return category(folded(known.category));
  }
  if (auto found = category(wanted)) return found;
  if (auto found = script(wanted)) return found;
  if (auto found = binary(wanted)) return found;
  return posix_bracket(wanted);
}

std::optional<CharacterSet> posix_bracket(std::string_view name) {
  const auto both = [](CharacterSet a, const CharacterSet& b) {
    a.add(b);
    return a;
  };
  const auto alphabetic = [] { return *binary("alphabetic"); };
  if (name == "alpha") return alphabetic();
  if (name == "digit") return category("nd");
  if (name == "alnum") return both(alphabetic(), *category("nd"));
  if (name == "lower") return binary("lowercase");
  if (name == "upper") return binary("uppercase");
  if (name == "space") return binary("whitespace");
  if (name == "punct") return categories({"p", "s"});
  if (name == "cntrl") return category("cc");
  if (name == "blank") return both(*category("zs"), of({{'\t', '\t'}}));
  if (name == "xdigit") return of({{'0', '9'}, {'A', 'F'}, {'a', 'f'}});
  if (name == "ascii") return of({{0, 0x7F}});
  if (name == "word") return both(both(alphabetic(), categories({"m", "nd"})), *category("pc"));
  if (name == "graph") {
    CharacterSet hidden = both(*binary("whitespace"), categories({"cc", "cn"}));
    return hidden.complement();
  }
  if (name == "print") {
    return categories({"cc", "cn", "zl", "zp"}).complement();
  }
  return std::nullopt;
}

}  // namespace trainer::text
