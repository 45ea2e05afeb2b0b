#pragma once

#include <string>
#include <string_view>

#include "text/regex/character_set.hpp"

// Reading the parts of an Oniguruma pattern that stand for characters. One thread.
namespace trainer::text {

// Where a pattern is being read. The pattern is valid UTF-8 and must outlive it.
class PatternReader {
 public:
  explicit PatternReader(std::string_view pattern) : pattern_(pattern) {}

  bool done() const noexcept { return at_ == pattern_.size(); }
  bool next_is(std::string_view text) const noexcept {
    return pattern_.substr(at_).starts_with(text);
  }
  // Goes on behind `text` if it is next.
  bool take(std::string_view text) noexcept;
  char32_t take_character();
  char peek() const noexcept { return done() ? '\0' : pattern_[at_]; }
  std::string_view rest() const noexcept { return pattern_.substr(at_); }
  std::string_view take_until(char end);  // and goes on behind it

  std::size_t place() const noexcept { return at_; }
  void go_to(std::size_t place) noexcept { at_ = place; }

  [[noreturn]] void unsupported(std::string_view what) const;
  [[noreturn]] void broken(std::string_view what) const;

 private:
  std::string_view pattern_;
  std::size_t at_ = 0;
};

// \w and its like, \p{…}: behind the backslash; nullopt when what is next is no class.
std::optional<CharacterSet> read_class_escape(PatternReader& in, bool in_brackets);
// \n, \x41, \u0041, \.: the character, behind the backslash.
char32_t read_character_escape(PatternReader& in);

struct BracketClass {
  CharacterSet set;
  bool negated = false;
};
// […], behind the opening bracket.
BracketClass read_brackets(PatternReader& in, int depth = 0);

// As PCRE2 writes it: [\x{61}-\x{7a}].
std::string written(const CharacterSet& set, bool negated);
std::string written(char32_t character);

}  // namespace trainer::text
