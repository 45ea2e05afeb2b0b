#pragma once

#include <cstddef>
#include <memory>
#include <string>

struct evp_md_ctx_st;

namespace trainer::hub {

// A checksum of bytes that arrive in pieces; OpenSSL computes it. One thread at a time. Throws
// Error(kInternal) when OpenSSL lacks it.
class Digest {
 public:
  enum class Kind { kSha1, kSha256 };

  explicit Digest(Kind kind);
  void add(const void* data, std::size_t size);
  // Of all that was added, in lower-case hex. Once, at the end.
  std::string hex();

 private:
  struct Deleter {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Deleter> context_;
};

}  // namespace trainer::hub
