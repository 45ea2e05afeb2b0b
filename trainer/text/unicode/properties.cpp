#include "text/unicode/properties.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};
// Every `step`-th character of first..last is `difference` away from its lower case.
struct LowerRange {
  char32_t first;
  char32_t last;
  std::int32_t step;
  std::int32_t difference;
};

struct ScriptRun {
  char32_t first;
  char32_t last;
  std::uint8_t script;
};

#include "text/unicode/tables.inc"

constexpr char32_t kCodePoints = 0x110000;
constexpr char32_t kCapitalIWithDot = 0x130;

void mark(std::vector<std::uint16_t>& all, std::span<const Range> ranges, Property property) {
  for (const Range& range : ranges) {
    for (char32_t c = range.first; c <= range.last; ++c)
      all[c] = static_cast<std::uint16_t>(all[c] | property);
  }
}

std::vector<std::uint16_t> all_properties() {
  std::vector<std::uint16_t> all(kCodePoints, 0);
  mark(all, kWhitespaceRanges, kWhitespace);
  mark(all, kCleanedRanges, kCleaned);
  mark(all, kPunctuationRanges, kPunctuation);
  mark(all, kAccentRanges, kAccent);
  mark(all, kMarkRanges, kMark);
  mark(all, kNumericRanges, kNumeric);
  mark(all, kWordRanges, kWord);
  mark(all, kRegexLetterRanges, kRegexLetter);
  mark(all, kRegexNumberRanges, kRegexNumber);
  mark(all, kRegexSpaceRanges, kRegexSpace);
  mark(all, kJoinsRanges, kJoins);
  mark(all, kIndicLinkerRanges, kIndicLinker);
  mark(all, kIndicConsonantRanges, kIndicConsonant);
  for (const LowerRange& range : kLowerRanges) {
    for (char32_t c = range.first; c <= range.last; c += static_cast<char32_t>(range.step)) {
      all[c] = static_cast<std::uint16_t>(all[c] | kHasLower);
    }
  }
  all[kCapitalIWithDot] = static_cast<std::uint16_t>(all[kCapitalIWithDot] | kHasLower);
  return all;
}

}  // namespace

UnicodeTables::UnicodeTables() {
  const std::vector<std::uint16_t> all = all_properties();
  std::map<Page, std::uint16_t> known;
  std::vector<Page> pages;
  for (std::size_t i = 0; i < page_of_.size(); ++i) {
    Page page;
    std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(i * page.size()), page.size(),
                page.begin());
    const auto [at, inserted] = known.emplace(page, static_cast<std::uint16_t>(pages.size()));
    if (inserted) pages.push_back(page);
    page_of_[i] = at->second;
  }
  pages_ = std::make_unique<Page[]>(pages.size());
  std::copy(pages.begin(), pages.end(), pages_.get());
}

const UnicodeTables& UnicodeTables::get() {
  static const UnicodeTables tables;
  return tables;
}

char32_t UnicodeTables::lower(char32_t code) const noexcept {
  if (!has(code, kHasLower)) return code;
  if (code < 0x80) return code + 32;
  if (code == kCapitalIWithDot) return 0;
  // Runs are sorted and apart, and kHasLower says that one of them holds `code`.
  const auto* run = std::ranges::lower_bound(kLowerRanges, code, {}, &LowerRange::last);
  return static_cast<char32_t>(static_cast<std::int32_t>(code) + run->difference);
}

std::uint8_t UnicodeTables::script(char32_t code) const noexcept {
  const auto* run = std::ranges::lower_bound(kScriptRuns, code, {}, &ScriptRun::last);
  return run != std::end(kScriptRuns) && run->first <= code ? run->script : kNoScript;
}

void UnicodeTables::append_lower(std::string& out, char32_t code) const {
  if (const char32_t one = lower(code); one != 0) return append(out, one);
  out.push_back('i');
  append(out, 0x307);
}

}  // namespace trainer::text
