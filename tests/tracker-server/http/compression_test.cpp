#include "http/compression.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "http/series_picture.hpp"

namespace tracker::http {
namespace {

Request asking_for(const std::string& encodings) {
  Request request;
  request.headers["accept-encoding"] = encodings;
  return request;
}

Response answer_of(std::string body) {
  Response response;
  response.body = std::move(body);
  return with_etag({}, "7-running", std::move(response));
}

std::string header(const Response& response, const std::string& name) {
  for (const auto& [one, value] : response.headers)
    if (one == name) return value;
  return "";
}

std::string unpacked(const std::string& body, std::size_t size) {
  std::string out(size, '\0');
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
  stream.avail_in = static_cast<uInt>(body.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  inflateEnd(&stream);
  return out;
}

TEST(Compression, ALongBodyIsPackedForWhoTakesGzip) {
  std::string body;
  while (body.size() < 5'000) body += std::to_string(body.size()) + ",";
  const auto response = encoded(asking_for("gzip, deflate, br"), answer_of(body));
  EXPECT_EQ(header(response, "Content-Encoding"), "gzip");
  EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
  EXPECT_LT(response.body.size(), body.size() / 2);
  EXPECT_EQ(unpacked(response.body, body.size()), body);
}

// The bytes are others than those of the plain form, and its tag still says whether they changed.
TEST(Compression, TheTagIsWeakMatchesAndIsThatOf304) {
  auto request = asking_for("gzip");
  const auto response = encoded(request, answer_of(std::string(5'000, 'x')));
  const auto tag = header(response, "ETag");
  EXPECT_EQ(tag, "W/\"7-running\"");
  request.headers["if-none-match"] = tag;
  const auto again = encoded(request, with_etag(request, "7-running", answer_of("")));
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(header(again, "ETag"), tag);
}

TEST(Compression, Float64ColumnsAreNotWorthIt) {
  auto response = answer_of(std::string(5'000, 'x'));
  response.content_type = "application/vnd.tracker.series";
  EXPECT_EQ(encoded(asking_for("gzip"), response).body.size(), 5'000u);
  response.content_type = kPictureType;
  EXPECT_LT(encoded(asking_for("gzip"), response).body.size(), 100u);
}

TEST(Compression, OthersGetTheBodyAsItIs) {
  const std::string body(5'000, 'x');
  for (const auto* encodings : {"", "br", "gzip;q=0"}) {
    const auto response = encoded(asking_for(encodings), answer_of(body));
    EXPECT_EQ(response.body, body);
    EXPECT_EQ(header(response, "ETag"), "\"7-running\"");
    EXPECT_EQ(header(response, "Content-Encoding"), "");
    EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
  }
}

TEST(Compression, AShortBodyIsNotWorthIt) {
  const auto response = encoded(asking_for("gzip"), answer_of("{}"));
  EXPECT_EQ(response.body, "{}");
}

}  // namespace
}  // namespace tracker::http
