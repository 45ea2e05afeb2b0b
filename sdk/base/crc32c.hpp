#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78, as in RFC 3720 appendix B.4). Uses the
// SSE4.2 instruction where the processor has it, tables elsewhere. Any thread may call.
namespace tracker::base {

// The checksum of what `crc` covers followed by `data`. Start with 0. crc32c(0, "123456789") ==
// 0xE3069283.
std::uint32_t crc32c(std::uint32_t crc, const void* data, std::size_t size) noexcept;
inline std::uint32_t crc32c(std::uint32_t crc, std::string_view data) noexcept {
  return crc32c(crc, data.data(), data.size());
}

// The table version, whatever the processor has; for tests.
std::uint32_t crc32c_portable(std::uint32_t crc, const void* data, std::size_t size) noexcept;

}  // namespace tracker::base
