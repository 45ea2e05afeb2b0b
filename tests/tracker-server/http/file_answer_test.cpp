#include "http/file_answer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace tracker::http {
namespace {

using Range = std::optional<std::pair<std::uint64_t, std::uint64_t>>;

std::string header_of(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

Response file_answer_of(const std::string& path, std::map<std::string, std::string> headers = {},
                        std::map<std::string, std::string> query = {}, std::uint64_t size = 10) {
  Request request;
  request.headers = std::move(headers);
  request.query = std::move(query);
  return file_answer(request, {path, size, "tag"}, [](std::uint64_t from, std::uint64_t n) {
    return BodyRest{n, [from, n] { return std::string("0123456789").substr(from, n); }};
  });
}

TEST(FileAnswer, RangesAreAsRfc9110Says) {
  EXPECT_EQ(byte_range("bytes=0-4", 10), Range({0, 5}));
  EXPECT_EQ(byte_range("bytes=9-9", 10), Range({9, 10}));
  EXPECT_EQ(byte_range("bytes=3-", 10), Range({3, 10}));
  EXPECT_EQ(byte_range("bytes=3-99", 10), Range({3, 10}));
  EXPECT_EQ(byte_range("bytes=-3", 10), Range({7, 10}));
  EXPECT_EQ(byte_range("bytes=-99", 10), Range({0, 10}));
  for (const char* ignored :
       {"", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-3", "bytes=0-1,3-4", "lines=0-1", "bytes=0",
        "bytes= 0-1", "bytes=1-x", "bytes=99999999999999999999-"})
    EXPECT_EQ(byte_range(ignored, 10), std::nullopt) << ignored;
  for (const char* missing : {"bytes=10-", "bytes=10-12", "bytes=-0"})
    EXPECT_THROW(byte_range(missing, 10), Error) << missing;
  EXPECT_THROW(byte_range("bytes=0-", 0), Error);
}

TEST(FileAnswer, AWholeFileAndARangeOfIt) {
  const auto whole = file_answer_of("a.bin");
  EXPECT_EQ(whole.status, 200);
  ASSERT_TRUE(whole.rest);
  EXPECT_EQ(whole.rest->bytes, 10u);
  EXPECT_EQ(header_of(whole, "ETag"), "\"tag\"");
  EXPECT_EQ(header_of(whole, "Accept-Ranges"), "bytes");
  const auto part = file_answer_of("a.bin", {{"range", "bytes=2-4"}});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.rest->next(), "234");
  EXPECT_EQ(header_of(part, "Content-Range"), "bytes 2-4/10");
  const auto none = file_answer_of("a.bin", {{"range", "bytes=10-"}});
  EXPECT_EQ(none.status, 416);
  EXPECT_FALSE(none.rest);
  EXPECT_EQ(header_of(none, "Content-Range"), "bytes */10");
  EXPECT_FALSE(file_answer_of("a.bin", {}, {}, 0).rest);
}

TEST(FileAnswer, WhatIsHeldIsNotSentAndAnotherFileIsSentWhole) {
  const auto held = file_answer_of("a.bin", {{"if-none-match", "\"tag\""}});
  EXPECT_EQ(held.status, 304);
  EXPECT_FALSE(held.rest);
  EXPECT_EQ(file_answer_of("a.bin", {{"range", "bytes=2-4"}, {"if-range", "\"tag\""}}).status, 206);
  const auto other = file_answer_of("a.bin", {{"range", "bytes=2-4"}, {"if-range", "\"old\""}});
  EXPECT_EQ(other.status, 200);
  EXPECT_EQ(other.rest->bytes, 10u);
}

TEST(FileAnswer, NothingRunsInTheBrowser) {
  const auto plain = file_answer_of("dir/page.html", {}, {{"inline", "1"}});
  EXPECT_EQ(plain.content_type, "application/octet-stream");
  EXPECT_EQ(header_of(plain, "Content-Disposition"), "attachment; filename*=UTF-8''page.html");
  EXPECT_EQ(header_of(plain, "Content-Security-Policy"), "default-src 'none'; sandbox");
  for (const char* path : {"a.svg", "a.xml", "a.js", "a.xhtml", "a.pdf", "png", ".png", "a.PNG"})
    EXPECT_EQ(file_answer_of(path, {}, {{"inline", "1"}}).content_type, "application/octet-stream")
        << path;
  EXPECT_EQ(file_answer_of("a.png").content_type, "application/octet-stream");
  const auto shown = file_answer_of("a.png", {}, {{"inline", "1"}});
  EXPECT_EQ(shown.content_type, "image/png");
  EXPECT_EQ(header_of(shown, "Content-Disposition"), "inline; filename*=UTF-8''a.png");
  EXPECT_EQ(header_of(shown, "Content-Security-Policy"), "default-src 'none'; sandbox");
  EXPECT_EQ(file_answer_of("a.json", {}, {{"inline", "1"}}).content_type,
            "text/plain; charset=utf-8");
}

TEST(FileAnswer, NamesCannotBreakOutOfTheHeader) {
  const auto tricky = file_answer_of("a/b\"; filename=x.exe\r\nX: y;ü.txt");
  EXPECT_EQ(header_of(tricky, "Content-Disposition"),
            "attachment; filename*=UTF-8''b%22%3B%20filename%3Dx.exe%0D%0AX%3A%20y%3B%C3%BC.txt");
}

}  // namespace
}  // namespace tracker::http
