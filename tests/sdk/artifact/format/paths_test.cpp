#include "artifact/paths.hpp"

#include <gtest/gtest.h>

#include <string>

#include <tracker/error.hpp>

namespace tracker::artifact {
namespace {

TEST(ArtifactPaths, TakesNamesOfFilesAsTheyAre) {
  for (const std::string& path :
       {std::string("a"), std::string("model.safetensors"), std::string("a/b/c"),
        std::string(".hidden"), std::string("..."), std::string("..a/b.."),
        std::string("a b/ü.txt"), std::string("A/a"), std::string("12:30.log"), std::string("~"),
        std::string("-rf"), std::string(255, 'x'),
        std::string(255, 'x') + "/" + std::string(255, 'y')})
    EXPECT_EQ(path_fault(path), nullptr) << path << ": " << path_fault(path);
}

TEST(ArtifactPaths, RefusesWhateverCouldLeaveTheFolder) {
  for (const std::string& path :
       {std::string(""),      std::string("/"),       std::string("/etc/passwd"),
        std::string("//a"),   std::string("."),       std::string(".."),
        std::string("../a"),  std::string("a/.."),    std::string("a/../b"),
        std::string("a/./b"), std::string("a//b"),    std::string("a/"),
        std::string("..\\a"), std::string("a\\b"),    std::string("C:a"),
        std::string("c:/a"),  std::string("a\0b", 3), std::string("a\nb"),
        std::string("a\x7f"), std::string("\xff"),    std::string("a/\xc0\xaf/b"),
        std::string(256, 'x')})
    EXPECT_NE(path_fault(path), nullptr) << path;
  std::string longest = "x";
  while (longest.size() < 1'023) longest += longest.size() % 2 == 1 ? "/" : "x";
  EXPECT_EQ(path_fault(longest), nullptr);
  EXPECT_STREQ(path_fault(longest + "yz"), "has more than 1,024 bytes");
  EXPECT_THROW(check_path("../a"), Error);
}

TEST(ArtifactPaths, ReferencesAreUrlsOfKnownKindsWithoutSecrets) {
  for (const char* url :
       {"s3://bucket/key?versionId=3", "gs://b/k", "hf://datasets/imdb", "file:///data/a@b",
        "http://example.org/a%20b", "https://example.org:8443/x@y", "https://example.org?u=a@b"})
    EXPECT_EQ(url_fault(url), nullptr) << url << ": " << url_fault(url);
  for (const std::string& url :
       {std::string(""), std::string("ftp://a/b"), std::string("javascript:alert(1)"),
        std::string("http:/a"), std::string("https://"), std::string("https:///a"),
        std::string("https://user:secret@example.org/a"), std::string("s3://key@bucket/k"),
        std::string("http://a b"), std::string("http://a/\n"), std::string("http://ä"),
        "http://a/" + std::string(2'048, 'x'), std::string("HTTP://a"), std::string("file://")})
    EXPECT_NE(url_fault(url), nullptr) << url;
}

TEST(ArtifactPaths, ChecksumsNameTheirAlgorithm) {
  for (const char* text : {"", "sha256:ab", "etag:\"x-1\"", "md5:x"})
    EXPECT_EQ(checksum_fault(text), nullptr) << text;
  for (const std::string& text : {std::string("ab"), std::string(":ab"), std::string("md5:"),
                                  std::string("md5:a b"), "md5:" + std::string(256, 'x')})
    EXPECT_NE(checksum_fault(text), nullptr) << text;
}

}  // namespace
}  // namespace tracker::artifact
