#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace test_support {

// A certificate authority of this test, and what it signs: P-256 keys, files in PEM.
class Authority {
 public:
  explicit Authority(const std::string& name);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  // Its own certificate.
  void write(const std::filesystem::path& file) const;

  // A server's, for localhost, 127.0.0.1 and ::1. Valid from a day before now, or before its end if
  // that is earlier, until now + `life` (which may be negative: it has expired). The key is 0600.
  struct Wanted {
    std::filesystem::path certificate, key;
    std::chrono::seconds life = std::chrono::hours(24);
    std::string name = "localhost";
  };
  void issue(const Wanted& wanted);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace test_support
