#include "text/regex/pattern_reader.hpp"

#include <fmt/format.h>

#include "config/error.hpp"
#include "text/unicode/utf8.hpp"

namespace trainer::text {
namespace {

constexpr int kMaxClassDepth = 32;

std::optional<std::uint32_t> digit_value(char c, std::uint32_t base) {
  std::uint32_t value = 99;
  if (c >= '0' && c <= '9') value = static_cast<std::uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') value = static_cast<std::uint32_t>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') value = static_cast<std::uint32_t>(c - 'A') + 10;
  return value < base ? std::optional(value) : std::nullopt;
}

char32_t take_number(PatternReader& in, std::uint32_t base, int most) {
  std::uint32_t number = 0;
  int digits = 0;
  for (; digits < most; ++digits) {
    const auto value = digit_value(in.peek(), base);
    if (!value) break;
    number = number * base + *value;
    in.take_character();
  }
  if (digits == 0 || number > CharacterSet::kLast || (number >= 0xD800 && number < 0xE000))
    in.broken("an escape with a number that is no character");
  return static_cast<char32_t>(number);
}

CharacterSet read_property(PatternReader& in, bool negated) {
  if (!in.take("{")) in.unsupported("\\p without braces");
  if (in.take("^")) negated = !negated;
  const std::string_view name = in.take_until('}');
  const std::optional<CharacterSet> found = property(name);
  if (!found) in.unsupported(fmt::format("the property \\p{{{}}}", name));
  return negated ? found->complement() : *found;
}

std::optional<CharacterSet> read_posix(PatternReader& in) {
  const std::size_t close = in.rest().find(":]");
  if (!in.next_is("[:") || close == std::string_view::npos) return std::nullopt;
  std::string_view name = in.rest().substr(2, close - 2);
  const bool negated = name.starts_with('^');
  if (negated) name.remove_prefix(1);
  const std::optional<CharacterSet> found = posix_bracket(name);
  if (!found) return std::nullopt;
  in.go_to(in.place() + close + 2);
  return negated ? found->complement() : *found;
}

// One member of a bracket class, or a range of characters.
void read_member(PatternReader& in, int depth, CharacterSet& set) {
  if (in.peek() == '[') {
    if (const auto posix = read_posix(in)) return set.add(*posix);
    in.take("[");
    const BracketClass nested = read_brackets(in, depth + 1);
    return set.add(nested.negated ? nested.set.complement() : nested.set);
  }
  const auto take_one = [&in]() -> std::optional<char32_t> {
    return in.take("\\") ? read_character_escape(in) : in.take_character();
  };
  if (in.peek() == '\\') {
    in.take("\\");
    if (const auto named = read_class_escape(in, true)) return set.add(*named);
    in.go_to(in.place() - 1);
  }
  const char32_t first = *take_one();
  const std::size_t here = in.place();
  if (in.take("-")) {
    if (!in.done() && in.peek() != ']' && in.peek() != '[') {
      if (in.take("\\") && read_class_escape(in, true))
        in.unsupported("a range that ends in a class");
      in.go_to(here + 1);
      const char32_t last = *take_one();
      if (last < first) in.broken("a range that ends before it begins");
      return set.add(first, last);
    }
    in.go_to(here);
  }
  set.add(first, first);
}

}  // namespace

bool PatternReader::take(std::string_view text) noexcept {
  if (!next_is(text)) return false;
  at_ += text.size();
  return true;
}

char32_t PatternReader::take_character() {
  if (done()) broken("its end, where a character should be");
  const Decoded c = decode(pattern_.data() + at_);
  at_ += c.length;
  return c.code;
}

std::string_view PatternReader::take_until(char end) {
  const std::size_t found = pattern_.find(end, at_);
  if (found == std::string_view::npos) broken(fmt::format("no '{}'", end));
  const std::string_view taken = pattern_.substr(at_, found - at_);
  at_ = found + 1;
  return taken;
}

void PatternReader::unsupported(std::string_view what) const {
  throw Error(ErrorCode::kUnsupported,
              fmt::format("the pattern '{}' has {}, which is not supported", pattern_, what));
}

void PatternReader::broken(std::string_view what) const {
  throw Error(ErrorCode::kInvalidInput,
              fmt::format("the pattern '{}' has {} at byte {}", pattern_, what, at_));
}

std::optional<CharacterSet> read_class_escape(PatternReader& in, bool in_brackets) {
  const auto named = [](const char* name, char wanted, char found) {
    const CharacterSet set = *posix_bracket(name);
    return wanted == found ? set : set.complement();
  };
  const char c = in.peek();
  switch (c) {
    case 'd':
    case 'D':
      in.take_character();
      return named("digit", 'd', c);
    case 's':
    case 'S':
      in.take_character();
      return named("space", 's', c);
    case 'h':
    case 'H':
      in.take_character();
      return named("xdigit", 'h', c);
    case 'p':
      in.take_character();
      return read_property(in, false);
    case 'P':
      in.take_character();
      return read_property(in, true);
    case 'w':
    case 'W':
      break;
    default:
      return std::nullopt;
  }
  in.take_character();
  CharacterSet word = *posix_bracket("word");
  // Outside of brackets the library also takes the numbers of Latin-1 for word characters.
  if (!in_brackets) {
    for (const char32_t number : {0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE}) word.add(number, number);
  }
  return c == 'w' ? word : word.complement();
}

char32_t read_character_escape(PatternReader& in) {
  const char32_t c = in.take_character();
  switch (c) {
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 'f':
      return '\f';
    case 'v':
      return '\v';
    case 'a':
      return '\a';
    case 'e':
      return 0x1B;
    case 'b':
      return '\b';  // in brackets; elsewhere it never comes here
    case 'u':
      return take_number(in, 16, 4);
    case '0':
      return in.peek() >= '0' && in.peek() <= '7' ? take_number(in, 8, 2) : 0;
    case 'x': {
      if (!in.take("{")) return take_number(in, 16, 2);
      const char32_t number = take_number(in, 16, 8);
      if (!in.take("}")) in.unsupported("\\x{…} with several numbers");
      return number;
    }
    case 'c':
    case 'C':
    case 'M':
      in.unsupported("a control or meta escape");
    default:
      break;
  }
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '1' && c <= '9'))
    in.unsupported(fmt::format("the escape \\{}", static_cast<char>(c)));
  return c;
}

BracketClass read_brackets(PatternReader& in, int depth) {
  if (depth > kMaxClassDepth) in.unsupported("classes in classes that nest too deep");
  BracketClass out;
  out.negated = in.take("^");
  CharacterSet current;
  std::optional<CharacterSet> before;  // what stands before &&
  const auto close_term = [&] {
    before = before ? before->intersection(current) : current;
    current = CharacterSet();
  };
  // A bracket that closes nothing yet is a character.
  if (in.next_is("]") && in.rest().find(']', 1) != std::string_view::npos) {
    in.take("]");
    current.add(']', ']');
  }
  while (!in.take("]")) {
    if (in.done()) in.broken("a class that does not end");
    if (in.take("&&")) {
      close_term();
    } else {
      read_member(in, depth, current);
    }
  }
  close_term();
  out.set = *before;
  return out;
}

std::string written(const CharacterSet& set, bool negated) {
  if (set.empty()) return negated ? "(?s:.)" : "(?!)";
  std::string out = negated ? "[^" : "[";
  for (CharacterRange range : set.ranges()) {
    // PCRE2 takes no surrogates.
    if (range.first >= 0xD800 && range.first < 0xE000) range.first = 0xE000;
    if (range.last >= 0xD800 && range.last < 0xE000) range.last = 0xD7FF;
    if (range.first > range.last) continue;
    out += fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(range.first));
    if (range.last > range.first)
      out += fmt::format("-\\x{{{:x}}}", static_cast<std::uint32_t>(range.last));
  }
  if (out.back() == '[') return "(?!)";
  return out + "]";
}

std::string written(char32_t character) {
  const bool plain = (character >= '0' && character <= '9') ||
                     (character >= 'a' && character <= 'z') ||
                     (character >= 'A' && character <= 'Z') || character == ' ';
  if (plain) return std::string(1, static_cast<char>(character));
  return fmt::format("\\x{{{:x}}}", static_cast<std::uint32_t>(character));
}

}  // namespace trainer::text
