#pragma once

#include <cstdint>
#include <string_view>

#include "base/crc32c.hpp"

namespace tracker::storage {

// What the columns `crc32c` hold: CRC-32C of the payload beside it, as PostgreSQL's signed integer.
inline std::int32_t checksum_of(std::string_view payload) noexcept {
  return static_cast<std::int32_t>(base::crc32c(0, payload));
}

}  // namespace tracker::storage
