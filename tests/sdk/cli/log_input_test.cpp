#include "cli/log_input.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include <tracker/error.hpp>

namespace {

using tracker::Error;
using tracker::Value;
using tracker::cli::parse_assignment;
using tracker::cli::parse_log_row;

TEST(ParseLogRow, takes_numbers_truth_values_and_the_names_of_what_json_cannot_say) {
  const auto row = parse_log_row(
      R"({"step":7,"a":1.5,"b":true,"c":"NaN","d":"-Infinity","e":3,"f":false,"g":"Infinity"})");
  EXPECT_EQ(row.step, 7);
  const std::map<std::string, double> values(row.values.begin(), row.values.end());
  EXPECT_EQ(values.size(), 7u);
  EXPECT_EQ(values.at("a"), 1.5);
  EXPECT_EQ(values.at("b"), 1);
  EXPECT_TRUE(std::isnan(values.at("c")));
  EXPECT_EQ(values.at("d"), -INFINITY);
  EXPECT_EQ(values.at("e"), 3);
  EXPECT_EQ(values.at("f"), 0);
  EXPECT_EQ(values.at("g"), INFINITY);
}

TEST(ParseLogRow, step_may_be_absent_negative_or_a_whole_float) {
  EXPECT_FALSE(parse_log_row(R"({"a":1})").step);
  EXPECT_EQ(parse_log_row(R"({"step":-3})").step, -3);
  EXPECT_EQ(parse_log_row(R"({"step":4.0})").step, 4);
}

TEST(ParseLogRow, refuses_what_is_no_row) {
  for (const char* bad :
       {"", "nope", "[1]", "3", R"({"a":"text"})", R"({"a":null})", R"({"a":["x"]})", R"({"a":{}})",
        R"({"step":1.5})", R"({"step":"1"})", R"({"step":18446744073709551615})",
        R"({"step":1e300})", R"({"":1})", R"({"a":1} x)", R"({"a":NaN})"}) {
    EXPECT_THROW(parse_log_row(bad), Error) << bad;
  }
}

TEST(ParseAssignment, value_is_json_if_it_can_be_and_text_otherwise) {
  EXPECT_EQ(parse_assignment("lr=0.5").second, Value(0.5));
  EXPECT_EQ(parse_assignment("n=3").second, Value(3));
  EXPECT_EQ(parse_assignment("on=true").second, Value(true));
  EXPECT_EQ(parse_assignment("model=bert=base").second, Value("bert=base"));
  EXPECT_EQ(parse_assignment("empty=").second, Value(""));
  EXPECT_EQ(parse_assignment(R"(o={"a":[1,null]})").second,
            Value(tracker::Dict{{"a", tracker::List{Value(1), Value(nullptr)}}}));
  EXPECT_THROW(parse_assignment("novalue"), Error);
  EXPECT_THROW(parse_assignment("=3"), Error);
}

}  // namespace
