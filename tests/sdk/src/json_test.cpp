#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include <tracker/json.hpp>

namespace tracker {
namespace {

TEST(ValueFromJson, KeepsIntegersApartAndSaysWhatIsNoJson) {
  EXPECT_EQ(value_from_json("3"), Value(3));
  EXPECT_EQ(value_from_json("3.0"), Value(3.0));
  EXPECT_EQ(value_from_json("-9223372036854775808"),
            Value(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(value_from_json("18446744073709551615"), Value(18446744073709551615.0));
  EXPECT_EQ(value_from_json(R"({"a":[1,null,"x",true]})"),
            Value(Dict{{"a", List{1, nullptr, "x", true}}}));
  EXPECT_EQ(value_from_json("null"), Value(nullptr));
  for (const char* bad : {"", "bert", "{", "NaN", "1 2"}) EXPECT_FALSE(value_from_json(bad)) << bad;
}

TEST(ValueFromJson, RefusesWhatIsNestedDeeperThanStacksAre) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_TRUE(value_from_json(nested(60)));
  EXPECT_FALSE(value_from_json(nested(500'000)));
}

TEST(ToJson, NamesWhatJsonLacks) {
  EXPECT_EQ(to_json(Dict{{"a", std::nan("")}, {"b", -INFINITY}, {"c", INFINITY}, {"d", 1}}),
            R"({"a":"NaN","b":"-Infinity","c":"Infinity","d":1})");
}

}  // namespace
}  // namespace tracker
