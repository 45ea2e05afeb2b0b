#include "http/static_files.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_directory.hpp"

namespace tracker::http {
namespace {

namespace fs = std::filesystem;

void put(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() {
    put(directory_ / "secret.txt", "secret");
    put(root_ / "index.html", "<html>");
    put(root_ / "assets" / "app-1a2b.js", "code");
    put(root_ / "assets" / "app-1a2b.js.gz", "CODE");
    put(root_ / "assets" / "lonely.js.gz", "no plain form");
    put(root_ / ".git" / "config.txt", "hidden");
    fs::create_symlink(directory_ / "secret.txt", root_ / "link.txt");
  }

  Response get(const std::string& path, std::map<std::string, std::string> headers = {}) const {
    Request request;
    request.path = path;
    request.headers = std::move(headers);
    return StaticFiles(root_).serve(request);
  }

  static std::string header(const Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }

  test::TempDirectory directory_;
  fs::path root_ = directory_.path() / "dashboard";
};

TEST_F(StaticFilesTest, AnAddressOfTheDashboardIsItsIndexPage) {
  for (const auto* path : {"/", "/projects/imdb", "/runs/1234"}) {
    const auto response = get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body, "<html>") << path;
    EXPECT_EQ(response.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(header(response, "Cache-Control"), "no-cache");
  }
  EXPECT_EQ(get("/missing.js").status, 404);
}

TEST_F(StaticFilesTest, ThePolicyLetsNothingForeignIn) {
  const auto policy = header(get("/"), "Content-Security-Policy");
  for (const auto* part :
       {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
        "img-src 'self' data:", "media-src 'self'", "font-src 'self'", "frame-ancestors 'none'"}) {
    EXPECT_NE(policy.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
}

TEST_F(StaticFilesTest, NoPathLeadsOutOfTheDirectory) {
  for (const auto* path :
       {"/../secret.txt", "/assets/../../secret.txt", "//secret.txt", "/link.txt",
        "/.git/config.txt", "/assets/..%2f..%2fsecret.txt", "/./index.html"}) {
    const auto response = get(path);
    EXPECT_EQ(response.status, 404) << path;
    EXPECT_EQ(response.body.rfind("secret", 0), std::string::npos) << path;
  }
}

TEST_F(StaticFilesTest, TheCompressedFormIsServedToThoseWhoTakeItUnderATagOfItsOwn) {
  const auto plain = get("/assets/app-1a2b.js");
  EXPECT_EQ(plain.body, "code");
  EXPECT_EQ(header(plain, "Content-Encoding"), "");
  EXPECT_NE(header(plain, "Cache-Control").find("immutable"), std::string::npos);
  const auto compressed = get("/assets/app-1a2b.js", {{"accept-encoding", "gzip, br"}});
  EXPECT_EQ(compressed.body, "CODE");
  EXPECT_EQ(header(compressed, "Content-Encoding"), "gzip");
  EXPECT_EQ(compressed.content_type, "text/javascript; charset=utf-8");
  EXPECT_NE(header(plain, "ETag"), header(compressed, "ETag"));
  EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
  EXPECT_EQ(get("/assets/app-1a2b.js", {{"if-none-match", header(plain, "ETag")}}).status, 304);
  EXPECT_EQ(get("/assets/lonely.js").status, 404);
}

TEST_F(StaticFilesTest, WithoutADashboardThePageSaysHowToGetOne) {
  Request request;
  request.path = "/";
  const auto response = StaticFiles(directory_ / "absent").serve(request);
  EXPECT_EQ(response.status, 404);
  EXPECT_NE(response.body.find("scripts/build"), std::string::npos);
}

}  // namespace
}  // namespace tracker::http
