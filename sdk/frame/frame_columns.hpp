#pragma once

#include <cstdint>

namespace tracker::spool {

// How a column of a frame lies on the wire; see docs/frame-format.md.
enum class ColumnEncoding : std::uint8_t { kFloat64 = 0, kFloat32 = 1, kConstant = 2 };

}  // namespace tracker::spool
