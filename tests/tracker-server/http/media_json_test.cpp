#include "http/media_json.hpp"

#include <gtest/gtest.h>

#include <string>

#include "http/message.hpp"

namespace tracker::http {
namespace {

using nlohmann::json;

storage::MediaRow row_of(std::string content_type, std::string content) {
  storage::MediaRow row;
  row.key = "samples";
  row.description_json = "{}";
  row.content_type = std::move(content_type);
  row.content = std::move(content);
  return row;
}

TEST(MediaJson, JsonIsJsonAndTextIsText) {
  EXPECT_EQ(media_json(row_of("application/json", R"({"counts":[1]})"))["content"],
            json({{"counts", {1}}}));
  EXPECT_EQ(media_json(row_of("text/plain", "[1]"))["content"], "[1]");
}

TEST(MediaJson, ContentThatIsNotWhatItSaysIsLeftOut) {
  EXPECT_FALSE(media_json(row_of("application/json", "{\"a\":")).contains("content"));
  EXPECT_FALSE(media_json(row_of("application/json", "\"\xff\"")).contains("content"));
}

// Writing JSON goes down into it: half a million levels would end the server.
TEST(MediaJson, DeepContentIsLeftOut) {
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  EXPECT_TRUE(media_json(row_of("application/json", nested(60))).contains("content"));
  const json deep = media_json(row_of("application/json", nested(500'000)));
  EXPECT_FALSE(deep.contains("content"));
  EXPECT_EQ(json::parse(json_response(deep).body)["key"], "samples");
}

TEST(MediaJson, AnswersAreJsonWhateverBytesATextHas) {
  const auto body = json_response(media_json(row_of("text/plain", "a\xff\xc3"))).body;
  EXPECT_EQ(json::parse(body)["content"], "a\xEF\xBF\xBD\xEF\xBF\xBD");
}

}  // namespace
}  // namespace tracker::http
