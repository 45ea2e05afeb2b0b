#include <fstream>

#include <tracker/error.hpp>

#include "edge_fixture.hpp"

// HTTPS and WSS.
namespace tracker::http {
namespace {

TEST_F(EdgeTest, HttpsServesWhoBelievesTheAuthority) {
  start_tls();
  EXPECT_EQ(ask({url("https", "/api/v1/in"), ca_, {}, ""}).body, "inside");
  EXPECT_EQ(ask({url("https", "/api/v1/in"), ca_, {}, "x"}).body, "taken");
  test_support::Authority other("other");
  other.write(root_ / "other.pem");
  EXPECT_EQ(ask({url("https", "/api/v1/in"), root_ / "other.pem", {}, ""}).result,
            CURLE_PEER_FAILED_VERIFICATION);
}

TEST_F(EdgeTest, HstsIsForNamesAndNotForLocalhost) {
  options_.origins.hosts = {"tracker.example"};
  start_tls();
  const auto local = ask({url("https", "/api/v1/in"), ca_, {}, ""});
  EXPECT_EQ(local.headers.find("Strict-Transport-Security"), std::string::npos) << local.headers;
  const auto named = ask({url("https", "/api/v1/in"), ca_, {"Host: tracker.example"}, ""});
  EXPECT_NE(named.headers.find("Strict-Transport-Security: max-age=31536000\r\n"),
            std::string::npos)
      << named.headers;
}

TEST_F(EdgeTest, PlainHttpAtATlsPortIsToldSo) {
  start_tls();
  const auto answer = ask({url("http", "/api/v1/in"), {}, {}, ""});
  EXPECT_EQ(answer.status, 400);
  EXPECT_NE(answer.body.find("tls_required"), std::string::npos) << answer.body;
}

TEST_F(EdgeTest, ALiveSocketWorksThroughTls) {
  start_tls();
  CURL* handle = ::curl_easy_init();
  ::curl_easy_setopt(handle, CURLOPT_URL, url("https", "/").c_str());
  ::curl_easy_setopt(handle, CURLOPT_CAINFO, ca_.c_str());
  ::curl_easy_setopt(handle, CURLOPT_CONNECT_ONLY, 1L);
  ::curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  ASSERT_EQ(::curl_easy_perform(handle), CURLE_OK);
  const std::string upgrade =
      "GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: "
      "Upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  std::size_t n = 0;
  ASSERT_EQ(::curl_easy_send(handle, upgrade.data(), upgrade.size(), &n), CURLE_OK);
  std::string all;
  char bytes[512];
  while (all.find("hello") == std::string::npos) {
    const auto result = ::curl_easy_recv(handle, bytes, sizeof bytes, &n);
    if (result == CURLE_AGAIN) continue;
    ASSERT_EQ(result, CURLE_OK) << all;
    ASSERT_GT(n, 0u) << all;
    all.append(bytes, n);
  }
  EXPECT_TRUE(all.starts_with("HTTP/1.1 101 ")) << all;
  ::curl_easy_cleanup(handle);
}

TEST_F(EdgeTest, ANewCertificateIsTakenAndABrokenOneIsNot) {
  start_tls();
  std::ofstream(files_.certificate) << "-----BEGIN half written";
  EXPECT_EQ(ask({url("https", "/api/v1/in"), ca_, {}, ""}).body, "inside");
  test_support::Authority next("next");
  next.write(root_ / "next.pem");
  next.issue({root_ / "n.cert", root_ / "n.key"});
  fs::rename(root_ / "n.key", files_.key);
  fs::rename(root_ / "n.cert", files_.certificate);
  Answer answer;
  const auto until = std::chrono::steady_clock::now() + 60s;
  do {
    answer = ask({url("https", "/api/v1/in"), root_ / "next.pem", {}, ""});
  } while (answer.result != CURLE_OK && std::chrono::steady_clock::now() < until);
  EXPECT_EQ(answer.body, "inside");
}

TEST_F(EdgeTest, FilesThatWillNotDoAreAnErrorOfTheStart) {
  authority_.issue({files_.certificate, files_.key});
  fs::permissions(files_.key, fs::perms::others_read, fs::perm_options::add);
  options_.tls = files_;
  EXPECT_THROW(start(), Error);
}

}  // namespace
}  // namespace tracker::http
