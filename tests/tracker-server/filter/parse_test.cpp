#include "filter/parse.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tracker::filter {
namespace {

constexpr std::int64_t kNow = 1'700'000'000'000'000;

// A tree as text, unambiguous, for comparison.
std::string show(const Node& node);

std::string show(const Field& field) {
  const auto name = [](Source source) {
    constexpr const char* kNames[] = {"name",   "id",      "state",   "group", "job_type",
                                      "notes",  "tag",     "created", "ended", "duration",
                                      "config", "summary", "metric",  "bare"};
    return std::string(kNames[static_cast<int>(source)]);
  };
  auto out = name(field.source);
  if (is_attribute(field.source)) out += "<" + field.key + ">";
  if (field.statistic != Statistic::kNone) out += std::to_string(static_cast<int>(field.statistic));
  return out;
}

std::string show(const Value& value) {
  if (value.kind == Value::Kind::kText) return "'" + value.text + "'";
  char text[32];
  std::snprintf(text, sizeof text, "%g", value.number);
  return text;
}

std::string show(const Term& term) {
  constexpr const char* kOps[] = {" in", " <", " <=", " >", " >=", " ~ ", " set"};
  auto out = show(term.field) + kOps[static_cast<int>(term.op)];
  for (const auto& value : term.values) out += " " + show(value);
  if (term.op == Op::kMatch)
    out += term.pattern + (term.letters == Term::Case::kIgnored ? " i" : "");
  return out;
}

std::string show(const Node& node) {
  if (node.kind == Node::Kind::kTerm) return show(node.term);
  std::string out = node.kind == Node::Kind::kNot  ? "(not"
                    : node.kind == Node::Kind::kOr ? "(or"
                                                   : "(and";
  for (const auto& child : node.children) out += " [" + show(child) + "]";
  return out + ")";
}

std::string parsed(std::string_view text) { return show(parse_filter(text, kNow)); }

struct Complaint {
  std::size_t position = 0;
  std::string what;
};
Complaint complaint(std::string_view text) {
  try {
    parse_filter(text, kNow);
  } catch (const QueryError& error) {
    EXPECT_EQ(error.part(), "filter");
    return {error.position(), error.what()};
  }
  ADD_FAILURE() << "was accepted: " << text;
  return {};
}

TEST(Filter, TheExampleOfThePage) {
  EXPECT_EQ(
      parsed(
          "loss.min < 0.2 and lr in [1e-4,1e-3] and tag:baseline and name~/^exp/ and state:running "
          "and created>-7d"),
      "(and [metric<loss>4 < 0.2] [bare<lr> in 0.0001 0.001] [tag in 'baseline'] [name ~ ^exp] "
      "[state in 'running'] [created > 1.6994e+15])");
}

TEST(Filter, NothingIsEverything) {
  EXPECT_EQ(parsed(""), "(and)");
  EXPECT_EQ(parsed(" \n"), "(and)");
}

TEST(Filter, NotBindsTighterThanAndAndAndTighterThanOr) {
  EXPECT_EQ(parsed("not a=1 and b=2 or c=3"),
            "(or [(and [(not [bare<a> in 1])] [bare<b> in 2])] [bare<c> in 3])");
  EXPECT_EQ(parsed("NOT (a=1 Or b=2)"), "(not [(or [bare<a> in 1] [bare<b> in 2])])");
}

TEST(Filter, DiffersAsksForAValueExceptOfTags) {
  EXPECT_EQ(parsed("a != 1"), "(and [bare<a> set] [(not [bare<a> in 1])])");
  EXPECT_EQ(parsed("a not in [1,x]"), "(and [bare<a> set] [(not [bare<a> in 1 'x'])])");
  EXPECT_EQ(parsed("a !~ /x/i"), "(and [bare<a> set] [(not [bare<a> ~ x i])])");
  EXPECT_EQ(parsed("tag != x"), "(not [tag in 'x'])");
  EXPECT_EQ(parsed("a is unset"), "(not [bare<a> set])");
}

TEST(Filter, FieldsAndTheirEscapes) {
  EXPECT_EQ(parsed("config.optimizer.lr=1"), "config<optimizer.lr> in 1");
  EXPECT_EQ(parsed("summary.eval/accuracy>=.5"), "summary<eval/accuracy> >= 0.5");
  EXPECT_EQ(parsed("config.x.min<1"), "config<x.min> < 1");
  EXPECT_EQ(parsed("a.b.best<1"), "metric<a.b>7 < 1");
  EXPECT_EQ(parsed("`loss.min`<1"), "bare<loss.min> < 1");
  EXPECT_EQ(parsed("loss.`min`<1"), "bare<loss.min> < 1");
  EXPECT_EQ(parsed("`my ``key```.last is set"), "metric<my `key`>3 set");
  EXPECT_EQ(parsed("`name` = x"), "bare<name> in 'x'");
  EXPECT_EQ(parsed("`and`=1"), "bare<and> in 1");
  EXPECT_EQ(parsed("größe=1"), "bare<größe> in 1");
  EXPECT_EQ(parsed("order=1"), "bare<order> in 1");
}

TEST(Filter, ValuesAreOfTheFieldsType) {
  EXPECT_EQ(parsed("name = 42"), "name in '42'");
  EXPECT_EQ(parsed("config.a = \"42\""), "config<a> in '42'");
  EXPECT_EQ(parsed("config.a = true"), "config<a> in 'true'");
  EXPECT_EQ(parsed("config.a = 'it\\'s\\n'"), "config<a> in 'it's\n'");
  EXPECT_EQ(parsed("duration > 1h30m"), "duration > 5400");
  EXPECT_EQ(parsed("loss.last = '0.5'"), "metric<loss>3 in 0.5");
  EXPECT_EQ(parsed("config.t > 2m"), "config<t> > 120");
  EXPECT_EQ(parsed("created < 10"), "created < 1e+07");
  EXPECT_EQ(parsed("a = -0"), "bare<a> in 0");
}

TEST(Filter, RegularExpressions) {
  EXPECT_EQ(parsed("name ~ /a\\/b\\.c/"), "name ~ a/b\\.c");
  EXPECT_EQ(parsed("name ~ \"a b\""), "name ~ a b");
  EXPECT_EQ(parsed("name ~ /ExP/i and a=1"), "(and [name ~ ExP i] [bare<a> in 1])");
}

TEST(Filter, ErrorsSayWhereAndWhatWasExpected) {
  EXPECT_STREQ(complaint("lr <").what.c_str(),
               "filter, position 5: expected a value, found the end");
  EXPECT_EQ(complaint("lr < 1 b").position, 7u);
  EXPECT_EQ(complaint("lr").position, 2u);
  EXPECT_EQ(complaint("(a=1").position, 4u);
  EXPECT_EQ(complaint("a in [1,").position, 8u);
  EXPECT_EQ(complaint("a in 1").position, 5u);
  EXPECT_EQ(complaint("state:runing").position, 6u);
  EXPECT_EQ(complaint("loss.min < low").position, 11u);
  EXPECT_EQ(complaint("config.model = 7b").position, 15u);
  EXPECT_EQ(complaint("created > soon").position, 10u);
  EXPECT_EQ(complaint("name ~ /abc").position, 7u);
  EXPECT_EQ(complaint("name ~ /(a)\\1/").position, 7u);
  EXPECT_EQ(complaint("name ~ abc").position, 7u);
  EXPECT_EQ(complaint("loss.min ~ /1/").position, 11u);
  EXPECT_EQ(complaint("a = \"x").position, 4u);
  EXPECT_EQ(complaint("a = \"\\q\"").position, 5u);
  EXPECT_EQ(complaint("`a = 1").position, 0u);
  EXPECT_EQ(complaint("and = 1").position, 0u);
  EXPECT_EQ(complaint("a. = 1").position, 3u);
  EXPECT_EQ(complaint("a is 3").position, 5u);
}

TEST(Filter, PositionsForPeopleAreCharacters) {
  const auto error = complaint("größe <");
  EXPECT_EQ(error.position, 9u);
  EXPECT_EQ(error.what.find("filter, position 8:"), 0u) << error.what;
}

TEST(Filter, LimitsHold) {
  const auto repeat = [](const std::string& text, std::size_t n) {
    std::string out;
    for (std::size_t i = 0; i < n; ++i) out += text;
    return out;
  };
  EXPECT_NO_THROW(parse_filter(repeat("(", 31) + "a=1" + repeat(")", 31), kNow));
  complaint(repeat("(", 32) + "a=1" + repeat(")", 32));
  complaint(repeat("not ", 1'000) + "a=1");
  EXPECT_NO_THROW(parse_filter(repeat("a=1 and ", 63) + "a=1", kNow));
  complaint(repeat("a=1 and ", 64) + "a=1");
  complaint(repeat("(", 4'000));
  complaint("a=" + repeat("x", 4'096));
  complaint("name=" + repeat("x", 513));
  complaint("name~/" + repeat("x", 257) + "/");
  complaint("a in [" + repeat("1,", 100) + "1]");
  complaint("name=\xff");
  complaint(std::string_view("name=\0", 6));
}

TEST(Sort, KeysAndDirections) {
  const auto keys = parse_sort("-summary.acc, lr,+created");
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[0].direction, SortKey::Direction::kFalling);
  EXPECT_EQ(show(keys[0].field), "summary<acc>");
  EXPECT_EQ(keys[1].direction, SortKey::Direction::kRising);
  EXPECT_EQ(show(keys[2].field), "created");
  EXPECT_TRUE(parse_sort("").empty());
  for (const char* text : {"tag", "a,", "a b", "a,b,c,d,e", "--a"})
    EXPECT_THROW(parse_sort(text), QueryError) << text;
}

}  // namespace
}  // namespace tracker::filter
