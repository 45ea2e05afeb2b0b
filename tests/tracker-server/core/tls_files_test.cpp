#include "core/tls_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include <tracker/error.hpp>

#include "core/request_id.hpp"
#include "support/certificates/certificates.hpp"
#include "support/temp_directory.hpp"

namespace tracker::core {
namespace {

class TlsFilesTest : public testing::Test {
 protected:
  TlsFilesTest() { authority_.issue({files_.certificate, files_.key}); }
  std::string refusal(const TlsFiles& files) {
    try {
      check_tls_files(files);
    } catch (const Error& error) {
      return error.what();
    }
    return "none";
  }
  void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file) << text;
    ::chmod(file.c_str(), 0600);
  }

  test::TempDirectory root_;
  test_support::Authority authority_{"test"};
  TlsFiles files_{root_ / "cert.pem", root_ / "key.pem"};
};

TEST_F(TlsFilesTest, APairIsTakenAndTheDayOfExpiryRead) {
  const auto certificate = check_tls_files(files_);
  EXPECT_EQ(certificate.subject, "/CN=localhost");
  EXPECT_NEAR(static_cast<double>(certificate.not_after_us) / 1e6,
              static_cast<double>(::time(nullptr)) + 86'400, 60);
}

TEST_F(TlsFilesTest, AnExpiredOneIsStillOne) {
  authority_.issue({files_.certificate, files_.key, std::chrono::hours(-1)});
  EXPECT_LT(check_tls_files(files_).not_after_us / 1'000'000, ::time(nullptr));
}

TEST_F(TlsFilesTest, AKeyThatOthersMayReadIsRefused) {
  ASSERT_EQ(::chmod(files_.key.c_str(), 0644), 0);
  EXPECT_NE(refusal(files_).find("chmod 600"), std::string::npos) << refusal(files_);
}

TEST_F(TlsFilesTest, WhatWillNotDoIsNamedWithItsFile) {
  EXPECT_NE(refusal({root_ / "none", files_.key}).find("none: cannot be read"), std::string::npos);
  EXPECT_NE(refusal({files_.certificate, root_ / "none"}).find("none: cannot be read"),
            std::string::npos);
  EXPECT_NE(refusal({files_.key, files_.key}).find("holds no certificate"), std::string::npos);
  EXPECT_NE(refusal({files_.certificate, root_ / ""}).find("is no ordinary file"),
            std::string::npos);
  write(root_ / "text", "hello");
  EXPECT_NE(refusal({files_.certificate, root_ / "text"}).find("holds no private key"),
            std::string::npos);
  authority_.issue({root_ / "other.pem", root_ / "other.key"});
  EXPECT_NE(refusal({files_.certificate, root_ / "other.key"}).find("is not the key of"),
            std::string::npos);
  write(root_ / "locked",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
        "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj3K1u1bDkXbAICCAAw\n"
        "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEAAAAAAAAAAAAAAAAAAAAAAEgZAA\n"
        "-----END ENCRYPTED PRIVATE KEY-----\n");
  EXPECT_NE(refusal({files_.certificate, root_ / "locked"}), "none");
}

TEST_F(TlsFilesTest, TheStampChangesWithTheFiles) {
  const auto before = tls_stamp(files_);
  EXPECT_FALSE(before.empty());
  EXPECT_EQ(tls_stamp(files_), before);
  authority_.issue({root_ / "new.pem", root_ / "new.key"});
  std::filesystem::rename(root_ / "new.pem", files_.certificate);
  EXPECT_NE(tls_stamp(files_), before);
  std::filesystem::remove(files_.key);
  EXPECT_EQ(tls_stamp(files_), "");
}

TEST(RequestId, OnlyWhatNeedsNoEscapeIsTaken) {
  EXPECT_EQ(request_id("abc-1.2_X"), "abc-1.2_X");
  for (const std::string bad : {"", "a b", "a\nb", "a\"", "é", "a=b"})
    EXPECT_NE(request_id(bad), bad);
  EXPECT_EQ(request_id(std::string(64, 'a')).size(), 64u);
  EXPECT_EQ(request_id(std::string(65, 'a')).size(), 16u);
  EXPECT_NE(make_request_id(), make_request_id());
}

}  // namespace
}  // namespace tracker::core
