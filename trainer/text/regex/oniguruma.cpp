#include "text/regex/oniguruma.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "text/regex/pattern_reader.hpp"

namespace trainer::text {
namespace {

constexpr int kMaxGroupDepth = 64;

// (?imx)
struct Options {
  bool ignore_case = false;
  bool dot_is_any = false;
  bool extended = false;
};

class Translator {
 public:
  explicit Translator(std::string_view pattern) : in_(pattern) {}

  std::string all() {
    std::string out = alternatives({}, 0);
    if (!in_.done()) in_.broken("a parenthesis that closes nothing");
    if (!uses_word_) return out;
    // Written once: PCRE2's patterns are small.
    return "(?:" + out + ")(?(DEFINE)(?<w_>" + written(word_characters(), false) + "))";
  }

 private:
  // Up to the end, or to a parenthesis that closes, which is left.
  std::string alternatives(Options options, int depth) {
    if (depth > kMaxGroupDepth) in_.unsupported("groups that nest too deep");
    std::string out;
    previous_ = 0;
    while (!in_.done() && in_.peek() != ')') {
      if (in_.take("|")) {
        out.push_back('|');
        previous_ = 0;
        continue;
      }
      if (const auto inner = option_switch(options)) {
        // (?i) holds up to the end of its group, alternatives included.
        const std::string rest = alternatives(*inner, depth + 1);
        return out + (inner->ignore_case ? "(?i:" : "(?-i:") + rest + ")";
      }
      if (skip_ignored(options)) continue;
      out += repeated(atom(options, depth), options);
    }
    return out;
  }

  // Comments, and in extended mode white space.
  bool skip_ignored(const Options& options) {
    if (in_.take("(?#")) {
      in_.take_until(')');
      return true;
    }
    if (!options.extended) return false;
    if (in_.take("#")) {
      while (!in_.done() && in_.take_character() != '\n') {
      }
      return true;
    }
    return in_.take(" ") || in_.take("\t") || in_.take("\n") || in_.take("\r") || in_.take("\f");
  }

  // The letters of (?imx-imx, behind "(?"; nullopt, and nothing read, when there are none.
  std::optional<Options> option_letters(Options options) {
    const std::size_t start = in_.place();
    bool on = true;
    for (;; in_.take_character()) {
      switch (in_.peek()) {
        case '-':
          on = false;
          continue;
        case 'i':
          options.ignore_case = on;
          continue;
        case 'm':
          options.dot_is_any = on;
          continue;
        case 'x':
          options.extended = on;
          continue;
        default:
          break;
      }
      break;
    }
    const bool any = in_.place() != start && (in_.peek() == ')' || in_.peek() == ':');
    if (any) return options;
    in_.go_to(start);
    return std::nullopt;
  }

  // (?i), without a group of its own.
  std::optional<Options> option_switch(const Options& options) {
    const std::size_t start = in_.place();
    if (in_.take("(?")) {
      const auto inner = option_letters(options);
      if (inner && in_.take(")")) return inner;
    }
    in_.go_to(start);
    return std::nullopt;
  }

  std::string atom(const Options& options, int depth) {
    const char32_t before = std::exchange(previous_, 0);
    if (in_.take("(")) return group(options, depth);
    if (in_.take("[")) {
      const BracketClass found = read_brackets(in_);
      if (options.ignore_case && !found.set.intersection(special_cases()).empty())
        in_.unsupported("a class of letters with more than two cases, without regard to case");
      return written(found.set, found.negated);
    }
    if (in_.take(".")) return options.dot_is_any ? "(?s:.)" : "[^\\n]";
    if (in_.take("^")) return "^";
    if (in_.take("$")) return "$";
    if (in_.take("\\")) return escape(options);
    if (in_.peek() == '*' || in_.peek() == '+' || in_.peek() == '?')
      in_.broken("a repetition of nothing");
    const char32_t c = in_.take_character();
    if (options.ignore_case) require_single_folds(before, c);
    previous_ = c;
    return written(c);
  }

  // Letters whose other case is several characters, or newer than PCRE2.
  static CharacterSet special_cases() {
    return CharacterSet({{0xDF, 0xDF},
                         {0x130, 0x130},
                         {0x149, 0x149},
                         {0x1F0, 0x1F0},
                         {0x345, 0x345},
                         {0x390, 0x390},
                         {0x3B0, 0x3B0},
                         {0x587, 0x587},
                         {0x1C89, 0x1C8A},
                         {0x1E96, 0x1E9E},
                         {0x1F50, 0x1FFC},
                         {0xA7CB, 0xA7DC},
                         {0xFB00, 0xFB17},
                         {0x10D50, 0x10D85}});
  }

  // Without regard to case Oniguruma takes ß for ss and ﬁ for fi, which PCRE2 does not.
  void require_single_folds(char32_t before, char32_t c) {
    const auto lower = [](char32_t letter) {
      return letter >= 'A' && letter <= 'Z' ? letter + 32 : letter;
    };
    const std::array<char32_t, 2> two = {lower(before), lower(c)};
    constexpr std::array<std::array<char32_t, 2>, 5> kLigatures = {
        {{'s', 's'}, {'f', 'f'}, {'f', 'i'}, {'f', 'l'}, {'s', 't'}}};
    for (const auto& ligature : kLigatures) {
      if (two == ligature) {
        in_.unsupported(fmt::format("'{}{}' without regard to case", static_cast<char>(two[0]),
                                    static_cast<char>(two[1])));
      }
    }
  }

  std::string group(const Options& options, int depth) {
    std::string open = "(";
    Options inner = options;
    for (const std::string_view kind : {"?:", "?=", "?!", "?>", "?<=", "?<!"}) {
      if (in_.take(kind)) return closed(open + std::string(kind), inner, depth);
    }
    if (in_.take("?<"))
      return closed(open + "?<" + std::string(in_.take_until('>')) + ">", inner, depth);
    if (!in_.take("?")) return closed(open, inner, depth);
    const auto letters = option_letters(options);
    if (!letters || !in_.take(":"))
      in_.unsupported(fmt::format("the group '(?{}'", in_.rest().substr(0, 1)));
    return closed(letters->ignore_case ? "(?i:" : "(?-i:", *letters, depth);
  }

  std::string closed(std::string open, const Options& options, int depth) {
    open += alternatives(options, depth + 1);
    if (!in_.take(")")) in_.broken("a group that does not end");
    previous_ = 0;
    return open + ")";
  }

  std::string escape(const Options& options) {
    // What a name stands for stays as it is without regard to case.
    if (const auto named = read_class_escape(in_, false)) {
      const std::string set = written(*named, false);
      return options.ignore_case ? "(?-i:" + set + ")" : set;
    }
    const char c = in_.peek();
    switch (c) {
      case 'A':
      case 'Z':
      case 'z':
      case 'G':
      case 'K':
        in_.take_character();
        return std::string("\\") + c;
      case 'b':
      case 'B':
        in_.take_character();
        return boundary(c);
      case 'N':
        in_.take_character();
        return "[^\\n]";
      case 'O':
        in_.take_character();
        return "(?s:.)";
      case 'R':
        in_.take_character();
        return "(?>\\x{d}\\x{a}|[\\x{a}-\\x{d}\\x{85}\\x{2028}\\x{2029}])";
      case 'k':
        in_.take_character();
        if (!in_.take("<")) in_.unsupported("the escape \\k without a name");
        return "\\k<" + std::string(in_.take_until('>')) + ">";
      default:
        break;
    }
    if (c >= '1' && c <= '9') {
      in_.take_character();
      return fmt::format("\\g{{{}}}", c);
    }
    return written(read_character_escape(in_));
  }

  std::string boundary(char letter) {
    uses_word_ = true;
    const std::string at = "(?:(?<=(?&w_))(?!(?&w_))|(?<!(?&w_))(?=(?&w_)))";
    return letter == 'b' ? at : "(?!" + at + ")";
  }

  static CharacterSet word_characters() {
    PatternReader word("w");
    return *read_class_escape(word, false);
  }

  // What stands behind an atom: * + ? {n,m}, each may be lazy; a + makes the first three
  // possessive, and repeats the last one.
  std::string repeated(std::string out, const Options& options) {
    for (bool again = false;; again = true) {
      while (skip_ignored(options)) {
      }
      const std::optional<std::string> count = repetition();
      if (!count) return out;
      previous_ = 0;
      const bool interval = count->front() == '{';
      if (again) out = "(?:" + out + ")";
      out += *count;
      if (in_.take("?")) {
        if (interval && count->find(',') == std::string::npos) in_.unsupported("{n}?");
        out.push_back('?');
      } else if (!interval && in_.take("+")) {
        out.push_back('+');
      }
    }
  }

  std::optional<std::string> repetition() {
    for (const std::string_view one : {"*", "+", "?"}) {
      if (in_.take(one)) return std::string(one);
    }
    const std::size_t start = in_.place();
    if (!in_.take("{")) return std::nullopt;
    const std::string low = digits();
    const bool comma = in_.take(",");
    const std::string high = comma ? digits() : "";
    if (!in_.take("}") || (low.empty() && high.empty())) {
      in_.go_to(start);  // a brace like any character
      return std::nullopt;
    }
    return "{" + (low.empty() ? "0" : low) + (comma ? "," : "") + high + "}";
  }

  std::string digits() {
    std::string out;
    while (in_.peek() >= '0' && in_.peek() <= '9')
      out.push_back(static_cast<char>(in_.take_character()));
    return out;
  }

  PatternReader in_;
  bool uses_word_ = false;  // w_ must be defined
  char32_t previous_ = 0;   // the character that stands directly before, not repeated
};

}  // namespace

std::string to_pcre2(std::string_view pattern) { return Translator(pattern).all(); }

}  // namespace trainer::text
