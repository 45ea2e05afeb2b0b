#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

// SHA-256 (FIPS 180-4), computed by OpenSSL. It names chunks, files and manifests of artifacts.
namespace tracker::artifact {

// A digest. A plain value; ordered by its bytes.
struct Sha256 {
  std::array<std::uint8_t, 32> bytes{};

  auto operator<=>(const Sha256&) const = default;
  // 64 lower-case digits.
  std::string hex() const;
  // The 32 bytes as they are, valid as long as this value.
  std::string_view raw() const noexcept;
  // Nothing unless it is exactly 64 lower-case digits, or 32 bytes.
  static std::optional<Sha256> from_hex(std::string_view text);
  static std::optional<Sha256> from_raw(std::string_view bytes);
};

// The digest of bytes that arrive in pieces. One thread at a time. Throws Error(kInternal) when
// OpenSSL lacks it.
class Sha256Hasher {
 public:
  Sha256Hasher();
  void add(std::string_view bytes);
  // Of all that was added. Once, at the end.
  Sha256 finish();

 private:
  struct Deleter {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Deleter> context_;
};

Sha256 sha256(std::string_view bytes);

}  // namespace tracker::artifact
