#include "config/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "config/error.hpp"
#include "support/hub/hub_server.hpp"

namespace trainer::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;

template <typename Call>
std::string message(Call&& call, ErrorCode code = ErrorCode::kInvalidInput) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    return error.what();
  }
  return "nothing thrown";
}

const JsonObject kConfig = JsonObject::parse(
    R"({"hidden_size": 384, "eps": 1e-12, "tied": true, "act": "gelu", "none": null, "half": 0.5, "minus": -3,
        "huge": 18446744073709551615, "archs": ["A", "B"], "sizes": [1, 2], "rope": {"theta": "x"}, "mixed": [1, "a"]})",
    "config.json");

TEST(JsonObject, required_values_are_read_with_their_types) {
  EXPECT_EQ(required_int(kConfig, "hidden_size", kPositive), 384);
  EXPECT_DOUBLE_EQ(required_number(kConfig, "eps"), 1e-12);
  EXPECT_DOUBLE_EQ(required_number(kConfig, "hidden_size"), 384.0);
  EXPECT_EQ(find_bool(kConfig, "tied"), true);
  EXPECT_EQ(required_string(kConfig, "act"), "gelu");
  EXPECT_EQ(*find_strings(kConfig, "archs"), (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(*find_ints(kConfig, "sizes"), (std::vector<std::int64_t>{1, 2}));
}

TEST(JsonObject, a_missing_key_is_named_with_its_file) {
  EXPECT_THAT(message([] { required_int(kConfig, "layers", kPositive); }),
              AllOf(HasSubstr("config.json"), HasSubstr("'layers' is missing"),
                    HasSubstr("from 1 to 2147483647")));
}

TEST(JsonObject, what_nests_too_deep_is_refused_as_it_is_read) {
  const auto nested = [](std::size_t arrays) {
    return R"({"a": )" + std::string(arrays, '[') + std::string(arrays, ']') + "}";
  };
  EXPECT_NO_THROW(JsonObject::parse(nested(kMaxJsonDepth - 1), "config.json"));
  for (const std::string& text :
       {nested(kMaxJsonDepth), nested(1'000'000), R"({"a": )" + std::string(1'000'000, '[')}) {
    EXPECT_THAT(message([&] { JsonObject::parse(text, "config.json"); }),
                HasSubstr("config.json: nests deeper than 32 levels"));
  }
}

TEST(JsonObject, a_value_of_another_type_is_shown_and_never_defaulted) {
  EXPECT_THAT(message([] { int_or(kConfig, "act", 7); }),
              HasSubstr("'act' is \"gelu\"; it should be an integer"));
  EXPECT_THAT(message([] { bool_or(kConfig, "hidden_size", true); }), HasSubstr("true or false"));
  EXPECT_THAT(message([] { string_or(kConfig, "tied", ""); }), HasSubstr("a string"));
  EXPECT_THAT(message([] { required_int(kConfig, "half"); }), HasSubstr("'half' is 0.5"));
  EXPECT_THAT(message([] { find_strings(kConfig, "mixed"); }),
              HasSubstr("'mixed' is an array; it should be a list of strings"));
  EXPECT_THAT(message([] { required_int(kConfig, "rope"); }), HasSubstr("'rope' is an object"));
  EXPECT_THAT(message([] { find_ints(kConfig, "mixed"); }), HasSubstr("a list of integers"));
  EXPECT_THAT(message([] { find_strings(kConfig, "act"); }), HasSubstr("a list of strings"));
  EXPECT_THAT(message([] { static_cast<void>(kConfig.object("act")); }), HasSubstr("an object"));
}

TEST(JsonObject, integers_outside_their_range_are_refused) {
  EXPECT_THAT(message([] { required_int(kConfig, "minus", kPositive); }),
              HasSubstr("'minus' is -3"));
  EXPECT_THAT(message([] { required_int(kConfig, "huge"); }), HasSubstr("'huge'"));
}

TEST(JsonObject, null_counts_as_absent) {
  EXPECT_FALSE(kConfig.has("none"));
  EXPECT_EQ(int_or(kConfig, "none", 5), 5);
  EXPECT_EQ(find_number(kConfig, "nowhere"), std::nullopt);
}

TEST(JsonObject, an_inner_object_names_its_place) {
  const auto rope = kConfig.object("rope");
  ASSERT_TRUE(rope);
  EXPECT_THAT(message([&] { required_number(*rope, "theta"); }),
              HasSubstr("config.json: rope: 'theta' is \"x\""));
}

TEST(JsonObject, broken_json_names_line) {
  EXPECT_THAT(message([] { JsonObject::parse("{\n\"a\": 1,\n]", "c.json"); }),
              HasSubstr("c.json: not valid JSON at line 3"));
  EXPECT_THAT(message([] { JsonObject::parse("[1]", "c.json"); }),
              HasSubstr("holds array where an object"));
  EXPECT_THAT(message([] { JsonObject::parse("", "c.json"); }), HasSubstr("not valid JSON"));
}

TEST(JsonObject, numbers_beyond_double_are_an_error_not_a_crash) {
  EXPECT_THAT(message([] { JsonObject::parse(R"({"a": 1e999})", "c.json"); }),
              HasSubstr("c.json: not valid JSON"));
}

TEST(JsonObject, files_missing_or_too_large_are_refused) {
  const test_support::TempDirectory folder;
  const auto file = folder.path() / "config.json";
  EXPECT_THAT(message([&] { JsonObject::read(file); }, ErrorCode::kNotFound),
              HasSubstr(file.string()));
  test_support::write_file(file, R"({"a": 1})");
  EXPECT_EQ(required_int(JsonObject::read(file), "a"), 1);
  EXPECT_THAT(message([&] { JsonObject::read(file, 4); }), HasSubstr("at most 4 bytes"));
}

}  // namespace
}  // namespace trainer::config
