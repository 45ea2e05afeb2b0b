#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tracker::cli {

// "90d", "12h", "30m", "45s", "2w", or a plain "0": seconds. Throws Error(kInvalidArgument) that
// names `option`.
std::uint64_t parse_period(std::string_view text, const std::string& option);

// The largest whole unit: "90d", "36h".
std::string period_text(std::uint64_t seconds);

}  // namespace tracker::cli
