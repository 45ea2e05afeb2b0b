#include "hub/url.hpp"

#include <gtest/gtest.h>

namespace trainer::hub {
namespace {

std::string followed(const std::string& from, const std::string& location) {
  const auto url = follow(*Url::parse(from), location);
  return url ? url->text() : "none";
}

TEST(Url, parts_are_told_apart) {
  const auto url = Url::parse("HTTPS://Hub.Example:8443/a/b?c=d#e");
  ASSERT_TRUE(url);
  EXPECT_EQ(*url, (Url{"https", "hub.example", 8443, "/a/b?c=d"}));
  EXPECT_EQ(Url::parse("http://h")->text(), "http://h/");
  EXPECT_EQ(Url::parse("http://h?x=1")->target, "/?x=1");
  EXPECT_EQ(Url::parse("https://h:443")->origin(), "https://h");
  EXPECT_EQ(Url::parse("http://[::1]:80/")->host, "[::1]");
}

TEST(Url, other_things_are_refused) {
  for (const char* text :
       {"", "h/x", "ftp://h/", "file:///etc/passwd", "http://", "http://u:p@h/", "http://h:0/",
        "http://h:65536/", "http://h:8x/", "http://h/a b", "http://h/\r\nX: y"}) {
    EXPECT_FALSE(Url::parse(text)) << text;
  }
}

TEST(Url, redirects_of_every_form_are_followed) {
  EXPECT_EQ(followed("https://h/a/b?q", "/c"), "https://h/c");
  EXPECT_EQ(followed("https://h/a/b?q=/z", "c"), "https://h/a/c");
  EXPECT_EQ(followed("https://h/a/b?q", "?r"), "https://h/a/b?r");
  EXPECT_EQ(followed("https://h/a", "//cdn/x"), "https://cdn/x");
  EXPECT_EQ(followed("https://h/a", "https://cdn/x?u=http://y"), "https://cdn/x?u=http://y");
  EXPECT_EQ(followed("https://h/a", "/x?u=http://y"), "https://h/x?u=http://y");
}

TEST(Url, a_redirect_never_leaves_encryption_or_http) {
  EXPECT_EQ(followed("https://h/a", "http://h/a"), "none");
  EXPECT_EQ(followed("http://h/a", "https://h/a"), "https://h/a");
  EXPECT_EQ(followed("http://h/a", "file:///etc/passwd"), "none");
  EXPECT_EQ(followed("http://h/a", ""), "none");
}

TEST(Url, an_origin_is_scheme_host_and_port) {
  const Url url = *Url::parse("https://h/a");
  EXPECT_TRUE(same_origin(url, *Url::parse("https://H:443/b")));
  EXPECT_FALSE(same_origin(url, *Url::parse("http://h/a")));
  EXPECT_FALSE(same_origin(url, *Url::parse("https://h:8443/a")));
  EXPECT_FALSE(same_origin(url, *Url::parse("https://h.evil/a")));
}

TEST(Url, revisions_and_paths_are_encoded) {
  EXPECT_EQ(encode_component("refs/pr/1"), "refs%2Fpr%2F1");
  EXPECT_EQ(encode_path("a b/ü#?.txt"), "a%20b/%C3%BC%23%3F.txt");
}

}  // namespace
}  // namespace trainer::hub
