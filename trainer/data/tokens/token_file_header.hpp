#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "hub/digest.hpp"

// The first 4096 bytes of a token file (docs/token-cache.md): what reader and writer share.
namespace trainer::data::token_file {

static_assert(std::endian::native == std::endian::little, "columns are mapped as they are");

inline constexpr std::uint64_t kHeaderBytes = 4096;
inline constexpr std::uint64_t kAlignment = 64;
inline constexpr std::uint64_t kFormat = 1;

using HexDigest = std::array<char, 64>;

struct Header {
  std::array<char, 8> magic = {'T', 'R', 'T', 'O', 'K', 'E', 'N', 'S'};
  std::uint64_t format = kFormat;
  std::uint64_t rows = 0;
  std::uint64_t tokens = 0;
  std::uint64_t types = 0;  // tokens, or 0
  std::uint64_t offsets_at = 0;
  std::uint64_t types_at = 0;
  std::uint64_t size = 0;
  HexDigest key{};
  HexDigest ids_digest{};
  HexDigest offsets_digest{};
  HexDigest types_digest{};
  HexDigest digest{};  // of the bytes before it
};
static_assert(sizeof(Header) == 384);

inline HexDigest to_digest(std::string_view hex) {
  HexDigest out{};
  hex.copy(out.data(), out.size());
  return out;
}

inline HexDigest digest_of(std::span<const std::byte> bytes) {
  hub::Digest digest(hub::Digest::Kind::kSha256);
  digest.add(bytes.data(), bytes.size());
  return to_digest(digest.hex());
}

inline HexDigest own_digest(const Header& header) {
  return digest_of(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, digest)));
}

inline std::uint64_t aligned(std::uint64_t at) {
  return (at + kAlignment - 1) / kAlignment * kAlignment;
}

}  // namespace trainer::data::token_file
