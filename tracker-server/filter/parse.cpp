#include "filter/parse.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/run_state.hpp"
#include "filter/scanner.hpp"
#include "filter/values.hpp"

namespace tracker::filter {
namespace {

constexpr double kMicroseconds = 1e6;

Value number(double value) {
  return {.kind = Value::Kind::kNumber, .number = value == 0 ? 0.0 : value, .text = {}};
}
Value text(std::string_view value, std::size_t most) {
  return {.kind = Value::Kind::kText, .number = 0, .text = std::string(cut_text(value, most))};
}

Node both(Node left, Node right, Node::Kind kind) {
  Node node;
  node.kind = kind;
  node.children.push_back(std::move(left));
  node.children.push_back(std::move(right));
  return node;
}
Node negated(Node child) {
  Node node;
  node.kind = Node::Kind::kNot;
  node.children.push_back(std::move(child));
  return node;
}
Node leaf(Term term) {
  Node node;
  node.kind = Node::Kind::kTerm;
  node.term = std::move(term);
  return node;
}

class Parser {
 public:
  Parser(std::string_view filter, std::int64_t now_us) : scan_("filter", filter), now_us_(now_us) {}

  Node whole() {
    if (scan_.at_end()) return {};
    Node node = any_of();
    if (!scan_.at_end()) scan_.expected("`and`, `or` or the end");
    return node;
  }

 private:
  // A list of alternatives stays one node, however long: depth is that of the text's parentheses.
  Node any_of() {
    Node node = all_of();
    if (!scan_.take_word("or")) return node;
    Node list;
    list.kind = Node::Kind::kOr;
    list.children.push_back(std::move(node));
    do {
      list.children.push_back(all_of());
    } while (scan_.take_word("or"));
    return list;
  }

  Node all_of() {
    Node node = unary();
    if (!scan_.take_word("and")) return node;
    Node list;
    list.children.push_back(std::move(node));
    do {
      list.children.push_back(unary());
    } while (scan_.take_word("and"));
    return list;
  }

  Node unary() {
    const auto at = scan_.position();
    if (++depth_ > kDeepest)
      scan_.fail(at, "more than " + std::to_string(kDeepest) + " levels of parentheses and `not`");
    Node node;
    if (scan_.take_word("not")) {
      node = negated(unary());
    } else if (scan_.take("(")) {
      node = any_of();
      if (!scan_.take(")")) scan_.expected("`)`, `and` or `or`");
    } else {
      node = term();
    }
    --depth_;
    return node;
  }

  Node term() {
    const auto at = scan_.position();
    if (++terms_ > kMostTerms) scan_.fail(at, "more than " + std::to_string(kMostTerms) + " terms");
    Term term;
    term.field = scan_.field();
    if (scan_.take_word("is")) return presence(std::move(term));
    if (scan_.take_word("in")) return list(std::move(term));
    if (scan_.take_word("not")) {
      if (!scan_.take_word("in")) scan_.expected("`in` (as in `lr not in [1, 2]`)");
      return differs(list(std::move(term)));
    }
    if (scan_.take("!~")) return differs(match(std::move(term)));
    if (scan_.take("~")) return match(std::move(term));
    if (scan_.take("!=")) return differs(equals(std::move(term)));
    if (scan_.take("==") || scan_.take("=") || scan_.take(":")) return equals(std::move(term));
    return comparison(std::move(term));
  }

  Node comparison(Term term) {
    if (scan_.take("<="))
      term.op = Op::kLessEqual;
    else if (scan_.take("<"))
      term.op = Op::kLess;
    else if (scan_.take(">="))
      term.op = Op::kGreaterEqual;
    else if (scan_.take(">"))
      term.op = Op::kGreater;
    else
      scan_.expected("one of = != < <= > >= ~ !~ `in` `is` behind `" + term.field.text + "`");
    term.values.push_back(value(term.field));
    return leaf(std::move(term));
  }

  Node equals(Term term) {
    term.op = Op::kIn;
    term.values.push_back(value(term.field));
    return leaf(std::move(term));
  }

  Node presence(Term term) {
    term.op = Op::kSet;
    if (scan_.take_word("set")) return leaf(std::move(term));
    if (scan_.take_word("unset")) return negated(leaf(std::move(term)));
    scan_.expected("`set` or `unset`");
  }

  Node list(Term term) {
    term.op = Op::kIn;
    if (!scan_.take("[")) scan_.expected("`[` and values");
    do {
      if (term.values.size() == kMostValues)
        scan_.fail(scan_.position(),
                   "more than " + std::to_string(kMostValues) + " values in a list");
      term.values.push_back(value(term.field));
    } while (scan_.take(","));
    if (!scan_.take("]")) scan_.expected("`,` or `]`");
    return leaf(std::move(term));
  }

  Node match(Term term) {
    const auto at = scan_.position();
    if (is_number(term.field.source))
      scan_.fail(at, "`" + term.field.text + "` is a number: `~` is for texts");
    auto pattern = scan_.pattern();
    term.op = Op::kMatch;
    term.pattern = std::move(pattern.text);
    term.letters = pattern.letters;
    term.at = pattern.at;
    return leaf(std::move(term));
  }

  // `!=` asks for a value that is another one; of tags, for none that is it.
  static Node differs(Node node) {
    if (node.term.field.source == Source::kTag) return negated(std::move(node));
    Term set;
    set.field = node.term.field;
    set.op = Op::kSet;
    return both(leaf(std::move(set)), negated(std::move(node)), Node::Kind::kAnd);
  }

  Value value(const Field& field) {
    const auto word = scan_.value();
    if (field.source == Source::kState && !core::run_state_from_text(word.text))
      scan_.fail(word.at,
                 "expected a state (running, finished, failed, crashed, stopped), found `" +
                     std::string(cut_text(word.text, 40)) + "`");
    if (is_text(field.source)) return text(word.text, kLongestValue);
    if (field.source == Source::kCreated || field.source == Source::kEnded) return time(word);
    const bool quoted = word.form == Scanner::Word::Form::kQuoted;
    if (quoted && !is_number(field.source)) return text(word.text, kLongestText);
    if (const auto value = parse_number(word.text)) return number(*value);
    if (const auto value = parse_duration(word.text)) return number(*value);
    if (is_number(field.source))
      scan_.fail(word.at,
                 "expected a number, found `" + std::string(cut_text(word.text, 40)) + "`");
    if (std::string_view("0123456789+-.").find(word.text.front()) != std::string_view::npos)
      scan_.fail(word.at, "`" + std::string(cut_text(word.text, 40)) +
                              "` is no number: put it in quotes if it is a text");
    return text(word.text, kLongestText);
  }

  Value time(const Scanner::Word& word) {
    if (const auto date = parse_date(word.text)) return number(static_cast<double>(*date));
    std::optional<double> us;
    if (const auto seconds = parse_number(word.text))
      us = *seconds * kMicroseconds;
    else if (const auto ago = parse_duration(word.text))
      us = static_cast<double>(now_us_) + *ago * kMicroseconds;
    if (!us)
      scan_.fail(word.at, "expected a time (-7d, 2026-01-31, 2026-01-31T12:00:00Z), found `" +
                              std::string(cut_text(word.text, 40)) + "`");
    return number(std::round(*us));
  }

  Scanner scan_;
  std::int64_t now_us_;
  std::size_t depth_ = 0, terms_ = 0;
};

}  // namespace

Node parse_filter(std::string_view text, std::int64_t now_us) {
  return Parser(text, now_us).whole();
}

std::vector<SortKey> parse_sort(std::string_view text) {
  Scanner scan("sort", text);
  std::vector<SortKey> keys;
  if (scan.at_end()) return keys;
  do {
    const auto at = scan.position();
    if (keys.size() == kMostSortKeys)
      scan.fail(at, "more than " + std::to_string(kMostSortKeys) + " fields");
    SortKey key;
    if (scan.take("-"))
      key.direction = SortKey::Direction::kFalling;
    else
      scan.take("+");
    key.field = scan.field();
    if (key.field.source == Source::kTag) scan.fail(at, "a run has many tags: they have no order");
    keys.push_back(std::move(key));
  } while (scan.take(","));
  if (!scan.at_end()) scan.expected("`,` or the end");
  return keys;
}

std::vector<Field> parse_fields(std::string_view text, std::string_view part, std::size_t most) {
  Scanner scan(part, text);
  std::vector<Field> fields;
  if (scan.at_end()) return fields;
  do {
    if (fields.size() == most)
      scan.fail(scan.position(), "more than " + std::to_string(most) + " fields");
    fields.push_back(scan.field());
  } while (scan.take(","));
  if (!scan.at_end()) scan.expected("`,` or the end");
  return fields;
}

}  // namespace tracker::filter
