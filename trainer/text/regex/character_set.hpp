#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Sets of characters as a pattern's classes name them, with the library's Unicode version
// (tables.inc). Values.
namespace trainer::text {

struct CharacterRange {
  char32_t first = 0;
  char32_t last = 0;
  bool operator==(const CharacterRange&) const = default;
};

class CharacterSet {
 public:
  static constexpr char32_t kLast = 0x10FFFF;

  CharacterSet() = default;
  explicit CharacterSet(std::vector<CharacterRange> ranges);

  void add(char32_t first, char32_t last);
  void add(const CharacterSet& other);
  CharacterSet complement() const;
  CharacterSet intersection(const CharacterSet& other) const;

  // In order, apart from one another.
  const std::vector<CharacterRange>& ranges() const noexcept { return ranges_; }
  bool empty() const noexcept { return ranges_.empty(); }
  bool contains(char32_t c) const noexcept;

 private:
  std::vector<CharacterRange> ranges_;
};

// What \p{name} is: a general category or group of them, a script, a binary property or a POSIX
// bracket's name; case, spaces, hyphens and underscores do not count. nullopt for another name.
std::optional<CharacterSet> property(std::string_view name);
// What [[:name:]] is.
std::optional<CharacterSet> posix_bracket(std::string_view name);

}  // namespace trainer::text
