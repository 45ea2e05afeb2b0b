#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tracker::cli {

// A moment, in microseconds since the epoch, from "2026-05-03", "2026-05-03T12:30" or
// "2026-05-03T12:30:05", all UTC and with a Z if one likes; or from how long before `now_us` it
// was, as parse_period() reads it ("7d"). Years from 1970 to 9999; what would lie before the epoch
// is the epoch. Throws Error(kInvalidArgument) that names `option`.
std::int64_t parse_moment(std::string_view text, std::int64_t now_us, const std::string& option);

}  // namespace tracker::cli
