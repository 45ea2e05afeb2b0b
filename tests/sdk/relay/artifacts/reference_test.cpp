#include "relay/artifacts/reference.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>

#include <tracker/error.hpp>

#include "artifact/sha256.hpp"
#include "base/fd.hpp"
#include "relay/trust.hpp"
#include "support/certificates/certificates.hpp"
#include "support/temp_directory.hpp"

namespace tracker::relay {
namespace {

void expect_refused(const std::string& text, ErrorCode code, const std::string& part) {
  try {
    look_up_reference(text);
    ADD_FAILURE() << text << " was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Reference, AFileIsRecordedWithDigestAndSize) {
  const test::TempDirectory directory;
  std::ofstream(directory / "data.csv") << "a,b\n";
  const std::string url = "file://" + (directory / "data.csv").string();
  const Reference plain = look_up_reference(url);
  EXPECT_EQ(plain.path, "data.csv");
  EXPECT_EQ(plain.url, url);
  EXPECT_EQ(plain.checksum, "sha256:" + artifact::sha256("a,b\n").hex());
  EXPECT_EQ(plain.size, 4u);
  EXPECT_EQ(look_up_reference("in/folder.csv=" + url).path, "in/folder.csv");
}

TEST(Reference, StoresThatAnswerNobodyWithoutKeysAreRecordedAsTheyAre) {
  const Reference reference = look_up_reference("s3://bucket/some/key.bin?versionId=3");
  EXPECT_EQ(reference.path, "key.bin");
  EXPECT_EQ(reference.url, "s3://bucket/some/key.bin?versionId=3");
  EXPECT_EQ(reference.checksum, "");
  EXPECT_FALSE(reference.size);
}

TEST(Reference, WhatIsAgainstTheRulesIsRefused) {
  const test::TempDirectory directory;
  expect_refused("data.csv", ErrorCode::kInvalidArgument, "is no URL");
  expect_refused("ftp://host/file", ErrorCode::kInvalidArgument, "ftp");
  expect_refused("../up=s3://bucket/key", ErrorCode::kInvalidArgument, "..");
  expect_refused("s3://bucket/", ErrorCode::kInvalidArgument, "is empty");
  expect_refused("http://user:password@host/file", ErrorCode::kInvalidArgument, "");
  expect_refused("file://relative", ErrorCode::kInvalidArgument, "ABSOLUTE");
  expect_refused("file://" + directory.path().string(), ErrorCode::kInvalidArgument, "is no file");
  expect_refused("file:///no/such/file", ErrorCode::kNotFound, "/no/such/file");
  expect_refused("hf://only-one/part", ErrorCode::kInvalidArgument, "ORG/REPO");
}

// Answers each request of a TLS connection in the same way.
class Host {
 public:
  Host(const std::filesystem::path& certificate, const std::filesystem::path& key,
       std::string answer)
      : answer_(std::move(answer)), context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX_use_certificate_file(context_.get(), certificate.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context_.get(), key.c_str(), SSL_FILETYPE_PEM);
    listener_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    auto* address = reinterpret_cast<sockaddr*>(&address_);
    if (::bind(listener_.get(), address, size) != 0 || ::listen(listener_.get(), 8) != 0 ||
        ::getsockname(listener_.get(), address, &size) != 0)
      throw std::runtime_error("cannot listen");
    thread_ = std::jthread([this] { serve(); });
  }
  ~Host() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::string url() const {
    return "https://127.0.0.1:" + std::to_string(ntohs(address_.sin_port));
  }

 private:
  void serve() const {
    for (;;) {
      const base::Fd connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!connection) return;
      const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context_.get()), SSL_free);
      SSL_set_fd(tls.get(), connection.get());
      char request[4096];
      if (SSL_accept(tls.get()) != 1 || SSL_read(tls.get(), request, sizeof request) <= 0) continue;
      SSL_write(tls.get(), answer_.data(), static_cast<int>(answer_.size()));
      SSL_shutdown(tls.get());
    }
  }

  struct Free {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };
  const std::string answer_;
  std::unique_ptr<SSL_CTX, Free> context_;
  base::Fd listener_;
  sockaddr_in address_{};
  std::jthread thread_;
};

class ReferenceHostTest : public testing::Test {
 protected:
  void SetUp() override {
    authority_.issue({.certificate = directory_ / "cert.pem", .key = directory_ / "key.pem"});
    authority_.write(directory_ / "ca.pem");
    ::unsetenv(kCaFileVariable);
    std::signal(SIGPIPE, SIG_IGN);  // who does not believe a certificate hangs up
  }
  void TearDown() override { ::unsetenv(kCaFileVariable); }
  Host host(const std::string& answer) const {
    return Host(directory_ / "cert.pem", directory_ / "key.pem", answer);
  }
  const test::TempDirectory directory_;
  test_support::Authority authority_{"a private authority"};
};

TEST_F(ReferenceHostTest, AnAuthorityOfOurOwnIsBelieved) {
  const Host files =
      host("HTTP/1.1 200 OK\r\nETag: W/\"abc\"\r\nContent-Length: 12\r\nConnection: close\r\n\r\n");
  const std::string url = files.url() + "/data.csv";
  expect_refused(url, ErrorCode::kUnavailable, "--ca-file");
  set_ca_file((directory_ / "ca.pem").string());
  const Reference reference = look_up_reference(url);
  EXPECT_EQ(reference.checksum, "etag:abc");
  EXPECT_EQ(reference.size, 12u);
}

TEST_F(ReferenceHostTest, WhatMayNotBeReadOrIsNotThereSaysSo) {
  set_ca_file((directory_ / "ca.pem").string());
  {
    const Host closed = host("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
    expect_refused(closed.url() + "/a", ErrorCode::kPermissionDenied, "403");
  }
  {
    const Host empty = host("HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n");
    expect_refused(empty.url() + "/a", ErrorCode::kNotFound, "404");
  }
  const Host broken = host("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\n\r\n");
  expect_refused(broken.url() + "/a", ErrorCode::kUnavailable, "502");
}

// A certificate that this machine's authorities signed stays good beside an authority of our own.
TEST(Trust, OtherHostsMayBeSignedByTheSystemsAuthoritiesAsWell) {
  const test::TempDirectory directory;
  ::unsetenv(kCaFileVariable);
  const std::string systems = all_certificates();
  std::ofstream(directory / "ca.pem") << "OURS";
  set_ca_file((directory / "ca.pem").string());
  const std::string both = all_certificates();
  ::unsetenv(kCaFileVariable);
  EXPECT_NE(both.find("OURS"), std::string::npos);
  EXPECT_EQ(both.substr(0, systems.size()), systems);
}

}  // namespace
}  // namespace tracker::relay
