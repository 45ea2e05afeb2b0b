#include "hub/glob.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "config/utf8.hpp"

namespace trainer::hub {
namespace {

// Characters of UTF-8; a byte that is none of it counts as one of its own.
std::u32string characters(std::string_view text) {
  std::u32string result;
  while (!text.empty()) {
    const auto [bytes, well_formed] = config::first_sequence(text);
    const auto lead = static_cast<unsigned char>(text.front());
    if (!well_formed || bytes == 1) {
      result += lead;
      text.remove_prefix(1);
      continue;
    }
    char32_t character = lead & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i)
      character = (character << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    result += character;
    text.remove_prefix(bytes);
  }
  return result;
}

// The set that begins at pattern[0] == '[': its length with both brackets, and whether it has `c`.
// nullopt when it is not closed.
struct Set {
  std::size_t length = 0;
  bool has = false;
};
std::optional<Set> match_set(std::u32string_view pattern, char32_t c) {
  const bool negated = pattern.size() > 1 && pattern[1] == U'!';
  const std::size_t first = negated ? 2 : 1;
  // A bracket that comes first is a member.
  const std::size_t close = pattern.find(U']', std::min(first + 1, pattern.size()));
  if (close == std::u32string_view::npos) {
    return std::nullopt;
  }
  bool has = false;
  for (std::size_t i = first; i < close; ++i) {
    if (i + 2 < close && pattern[i + 1] == U'-') {
      has = has || (pattern[i] <= c && c <= pattern[i + 2]);
      i += 2;
    } else {
      has = has || pattern[i] == c;
    }
  }
  return Set{.length = close + 1, .has = has != negated};
}

// One character against the head of the pattern: how much of the pattern it takes; 0: does not fit.
std::size_t match_one(std::u32string_view pattern, char32_t c) {
  if (pattern.empty()) {
    return 0;
  }
  if (pattern.front() == U'[') {
    if (const auto set = match_set(pattern, c)) {
      return set->has ? set->length : 0;
    }
  }
  return pattern.front() == U'?' || pattern.front() == c ? 1 : 0;
}

// Back to the last star when something does not fit.
bool matches(std::u32string_view pattern, std::u32string_view path) {
  std::size_t p = 0;
  std::size_t s = 0;
  std::optional<std::size_t> star;  // behind the last star: where to go on when nothing fits
  std::size_t star_path = 0;
  while (s < path.size()) {
    if (p < pattern.size() && pattern[p] == U'*') {
      star = ++p;
      star_path = s;
    } else if (const std::size_t taken = match_one(pattern.substr(p), path[s]); taken > 0) {
      p += taken;
      ++s;
    } else if (star) {
      p = *star;
      s = ++star_path;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of(U'*', p) == std::u32string_view::npos;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view path) {
  std::u32string with_slashes = characters(pattern);
  std::replace(with_slashes.begin(), with_slashes.end(), U'\\', U'/');
  if (with_slashes.ends_with(U'/')) {
    with_slashes += U'*';
  }
  return matches(with_slashes, characters(path));
}

bool name_matches(std::string_view pattern, std::string_view name) {
  return matches(characters(pattern), characters(name));
}

bool is_selected(std::string_view path, const std::vector<std::string>& include,
                 const std::vector<std::string>& exclude) {
  const auto fits = [path](const std::string& pattern) { return glob_matches(pattern, path); };
  return (include.empty() || std::any_of(include.begin(), include.end(), fits)) &&
         std::none_of(exclude.begin(), exclude.end(), fits);
}

}  // namespace trainer::hub
