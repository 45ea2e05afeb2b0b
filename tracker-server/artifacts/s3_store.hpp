#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "artifacts/chunk_store.hpp"

namespace tracker::artifacts {

struct S3Options {
  std::string bucket;
  std::string folder;    // before each key, "tracker/"; may be empty
  std::string endpoint;  // "https://host[:port]": the bucket is the first part of the path there
  std::string region = "us-east-1";
  std::string access_key, secret_key;
  std::chrono::seconds timeout{60};  // of one request
  int attempts = 4;  // with growing pauses; for answers that may be better next time
};

// Chunks as objects of a bucket, in the S3 protocol with Signature Version 4 (libcurl). An object
// is at most 4 MiB, so none is sent in parts. Objects that are left over from a crash are known to
// the database and removed; the bucket needs no rules of its own.
class S3Store final : public ChunkStore {
 public:
  // Throws Error(kInvalidArgument) for an address that will not do. Asks nobody.
  explicit S3Store(S3Options options);

  std::string_view prefix() const noexcept override { return "s3:"; }
  void put(const std::string& key, std::string_view bytes) override;
  std::string get(const std::string& key, std::uint32_t most) override;
  void remove(const std::string& key) override;

 private:
  struct Answer {
    long status = 0;  // 0: no answer
    std::string body, failure;
  };
  Answer request(const char* method, const std::string& key, std::string_view body,
                 std::size_t most) const;
  // Until the status is one of a real answer; Error(kUnavailable) with what was last heard.
  Answer persist(const char* method, const std::string& key, std::string_view body,
                 std::size_t most) const;
  std::string url_of(const std::string& key) const;

  const S3Options options_;
};

}  // namespace tracker::artifacts
