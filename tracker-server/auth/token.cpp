#include "auth/token.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include <tracker/error.hpp>

#include "artifact/sha256.hpp"
#include "base/crc32c.hpp"
#include "base/hex.hpp"

namespace tracker::auth {
namespace {

constexpr std::string_view kPrefix = "trk_";
constexpr std::size_t kIdLength = 8;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kBodyLength = 48;  // 36 bytes
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// RFC 4648, section 5, without padding.
std::string base64url(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (held += 8; held >= 6;) {
      held -= 6;
      out.push_back(kAlphabet[(bits >> held) & 63]);
    }
  }
  if (held > 0) out.push_back(kAlphabet[(bits << (6 - held)) & 63]);
  return out;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const auto digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out.push_back(static_cast<char>((bits >> held) & 0xFF));
  }
  return out;
}

std::string check_of(std::string_view secret) {
  const std::uint32_t crc = base::crc32c(0, secret);
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out.push_back(static_cast<char>(crc >> shift));
  return out;
}

}  // namespace

std::string sha256(std::string_view bytes) { return std::string(artifact::sha256(bytes).raw()); }

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1)
    throw Error(ErrorCode::kInternal, "the system's random source failed");
  return out;
}

std::string make_secret() { return base64url(random_bytes(kSecretBytes)); }

NewKey make_key() {
  NewKey key;
  key.id = base::to_hex(random_bytes(kIdLength / 2));
  const std::string secret = random_bytes(kSecretBytes);
  key.text.append(kPrefix).append(key.id).append("-").append(base64url(secret + check_of(secret)));
  return key;
}

std::optional<std::string> key_id(std::string_view text) {
  if (text.size() != kPrefix.size() + kIdLength + 1 + kBodyLength || !text.starts_with(kPrefix) ||
      text[kPrefix.size() + kIdLength] != '-')
    return std::nullopt;
  const auto id = text.substr(kPrefix.size(), kIdLength);
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  const auto bytes = from_base64url(text.substr(text.size() - kBodyLength));
  if (!std::all_of(id.begin(), id.end(), is_hex) || !bytes) return std::nullopt;
  const auto secret = std::string_view(*bytes).substr(0, kSecretBytes);
  if (!equal_in_constant_time(check_of(secret), std::string_view(*bytes).substr(kSecretBytes)))
    return std::nullopt;
  return std::string(id);
}

}  // namespace tracker::auth
