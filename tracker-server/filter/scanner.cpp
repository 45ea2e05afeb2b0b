#include "filter/scanner.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

#include "base/utf8.hpp"
#include "filter/values.hpp"

namespace tracker::filter {
namespace {

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & '\x80') != 0;
}
bool begins_field(char c) noexcept {
  return is_letter(c) || is_digit(c) ||
         std::string_view("_/@%#$").find(c) != std::string_view::npos;
}
bool in_field(char c) noexcept { return begins_field(c) || c == '-' || c == '+'; }
bool in_word(char c) noexcept {
  return !is_space(c) && std::string_view(",()[]\"'`").find(c) == std::string_view::npos;
}
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

constexpr std::array kWords = {"and", "or", "not", "in", "is", "set", "unset"};

bool is_word_of_the_language(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), lower);
  return std::find(kWords.begin(), kWords.end(), lowered) != kWords.end();
}

Source own_field(std::string_view name) noexcept {
  constexpr std::array<std::pair<std::string_view, Source>, 11> kOwn = {
      {{"name", Source::kName},
       {"id", Source::kId},
       {"state", Source::kState},
       {"group", Source::kGroup},
       {"job_type", Source::kJobType},
       {"notes", Source::kNotes},
       {"tag", Source::kTag},
       {"tags", Source::kTag},
       {"created", Source::kCreated},
       {"ended", Source::kEnded},
       {"duration", Source::kDuration}}};
  for (const auto& [text, source] : kOwn)
    if (name == text) return source;
  return Source::kBare;
}

Statistic statistic_of(std::string_view name) noexcept {
  if (name == "last") return Statistic::kLast;
  if (name == "min") return Statistic::kMin;
  if (name == "max") return Statistic::kMax;
  if (name == "mean") return Statistic::kMean;
  if (name == "best") return Statistic::kBest;
  return Statistic::kNone;
}

}  // namespace

struct Scanner::Part {
  std::string text;
  Word::Form form = Word::Form::kBare;
};

Scanner::Scanner(std::string_view part, std::string_view text, std::size_t longest)
    : part_(part), text_(text) {
  if (text.size() > longest)
    throw query_error(part_, text_, 0, "longer than " + std::to_string(longest) + " bytes");
  const auto valid = std::min(base::valid_utf8_prefix(text), text.find('\0'));
  if (valid < text.size()) fail(valid, "a byte that is no part of a text (UTF-8 without NUL)");
}

void Scanner::skip_space() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

bool Scanner::at_end() {
  skip_space();
  return at_ == text_.size();
}

char Scanner::peek() { return at_end() ? '\0' : text_[at_]; }

std::size_t Scanner::position() {
  skip_space();
  return at_;
}

bool Scanner::take(std::string_view sign) {
  skip_space();
  if (text_.substr(at_, sign.size()) != sign) return false;
  at_ += sign.size();
  return true;
}

bool Scanner::take_word(std::string_view lower_case) {
  skip_space();
  if (text_.size() - at_ < lower_case.size()) return false;
  for (std::size_t i = 0; i < lower_case.size(); ++i)
    if (lower(text_[at_ + i]) != lower_case[i]) return false;
  const auto end = at_ + lower_case.size();
  // `order` is not `or`, and `in.x` is a field.
  if (end < text_.size() && (in_field(text_[end]) || text_[end] == '.')) return false;
  at_ = end;
  return true;
}

void Scanner::fail(std::size_t at, const std::string& what) const {
  throw query_error(part_, text_, at, what);
}

std::string Scanner::found() {
  if (at_end()) return "the end";
  auto end = at_;
  while (end < text_.size() && in_word(text_[end])) ++end;
  if (end == at_) end = at_ + 1;
  std::string word(cut_text(text_.substr(at_, end - at_), 40));
  return "`" + word + "`";
}

void Scanner::expected(const std::string& what) {
  const auto what_is_there = found();
  fail(at_, "expected " + what + ", found " + what_is_there);
}

Scanner::Part Scanner::part_of_field() {
  if (at_ < text_.size() && text_[at_] == '`') {
    const auto begin = at_++;
    std::string out;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '`') {
        if (text_.substr(at_, 2) != "``") break;
        ++at_;
      }
      out.push_back(text_[at_]);
    }
    if (at_ == text_.size()) fail(begin, "this backquote has no end");
    ++at_;
    if (out.empty()) fail(begin, "an empty name");
    return {out, Word::Form::kQuoted};
  }
  if (at_ == text_.size() || !begins_field(text_[at_]))
    expected("a field (`lr`, `loss.min`, `config.lr`, …)");
  const auto begin = at_;
  while (at_ < text_.size() && in_field(text_[at_])) ++at_;
  return {std::string(text_.substr(begin, at_ - begin)), Word::Form::kBare};
}

// What the parts mean: docs/query-language.md, Fields. The key is all of them but a source in front
// or a statistic behind; either counts only when it is written bare.
void Scanner::resolve(const std::vector<Part>& parts, Field& field) {
  const auto is_bare = [](const Part& part) { return part.form == Word::Form::kBare; };
  const auto& first = parts.front();
  const auto& last = parts.back();
  std::size_t from = 0, to = parts.size();
  field.source = Source::kBare;
  if (parts.size() == 1) {
    if (is_bare(first)) field.source = own_field(first.text);
  } else if (is_bare(first) && (first.text == "config" || first.text == "summary")) {
    field.source = first.text == "config" ? Source::kConfig : Source::kSummary;
    from = 1;
  } else if (is_bare(last) && statistic_of(last.text) != Statistic::kNone) {
    field.source = Source::kMetric;
    field.statistic = statistic_of(last.text);
    --to;
  }
  if (!is_attribute(field.source)) return;
  for (std::size_t i = from; i < to; ++i) field.key += (i == from ? "" : ".") + parts[i].text;
}

Field Scanner::field() {
  const auto begin = position();
  std::vector<Part> parts;
  do {
    parts.push_back(part_of_field());
  } while (at_ < text_.size() && text_[at_] == '.' && ++at_ > 0);
  const auto& first = parts.front();
  if (parts.size() == 1 && first.form == Word::Form::kBare && is_word_of_the_language(first.text)) {
    at_ = begin;
    expected("a field (write `` `" + first.text + "` `` if that is its name)");
  }
  Field field;
  field.text = std::string(text_.substr(begin, at_ - begin));
  if (field.text.size() > kLongestValue)
    fail(begin, "a field longer than " + std::to_string(kLongestValue) + " bytes");
  resolve(parts, field);
  return field;
}

// Behind the opening quote, up to and with the closing one.
std::string Scanner::quoted(char quote) {
  const auto begin = at_ - 1;
  std::string out;
  for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
    if (text_[at_] != '\\') {
      out.push_back(text_[at_]);
      continue;
    }
    const char escaped = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (escaped == 'n')
      out.push_back('\n');
    else if (escaped == 't')
      out.push_back('\t');
    else if (escaped == '\\' || escaped == '"' || escaped == '\'')
      out.push_back(escaped);
    else
      fail(at_, "unknown escape: a backslash is written \\\\");
    ++at_;
  }
  if (at_ == text_.size()) fail(begin, "this quote has no end");
  ++at_;
  return out;
}

Scanner::Word Scanner::value() {
  Word word;
  word.at = position();
  if (take("\"")) {
    word.form = Word::Form::kQuoted;
    word.text = quoted('"');
  } else if (take("'")) {
    word.form = Word::Form::kQuoted;
    word.text = quoted('\'');
  } else {
    while (at_ < text_.size() && in_word(text_[at_])) word.text.push_back(text_[at_++]);
    if (word.text.empty()) expected("a value");
  }
  if (word.text.size() > kLongestValue)
    fail(word.at, "a value longer than " + std::to_string(kLongestValue) + " bytes");
  return word;
}

std::string Scanner::slashes() {
  const auto begin = at_ - 1;
  std::string out;
  for (; at_ < text_.size() && text_[at_] != '/'; ++at_) {
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
      if (text_[at_ + 1] != '/') out.push_back('\\');
      ++at_;
    }
    out.push_back(text_[at_]);
  }
  if (at_ == text_.size()) fail(begin, "this regular expression has no end: /…/");
  ++at_;
  return out;
}

Scanner::Pattern Scanner::pattern() {
  Pattern pattern;
  pattern.at = position();
  if (take("/")) {
    pattern.text = slashes();
    if (at_ < text_.size() && text_[at_] == 'i') {
      ++at_;
      pattern.letters = Term::Case::kIgnored;
    }
    if (at_ < text_.size() && in_field(text_[at_]))
      expected("a space behind the regular expression (its only flag is `i`)");
  } else if (peek() == '"' || peek() == '\'') {
    const char quote = text_[at_++];
    pattern.text = quoted(quote);
  } else {
    expected("a regular expression: /…/ or \"…\"");
  }
  if (pattern.text.size() > kLongestPattern)
    fail(pattern.at,
         "a regular expression longer than " + std::to_string(kLongestPattern) + " bytes");
  for (std::size_t i = 0; i + 1 < pattern.text.size(); ++i) {
    if (pattern.text[i] != '\\') continue;
    ++i;
    if (pattern.text[i] >= '1' && pattern.text[i] <= '9')
      fail(pattern.at, "back references in regular expressions are not supported");
  }
  return pattern;
}

}  // namespace tracker::filter
