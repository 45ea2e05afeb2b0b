#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "query/series.hpp"

// Request and answer of POST /api/v1/series (docs/http-api.md, "Series"). Pure.
namespace tracker::http {

inline constexpr std::string_view kSeriesType = "application/vnd.tracker.series";

// Throws Error(kInvalidArgument) naming the field.
query::SeriesRequest parse_series_request(std::string_view body);

nlohmann::json series_json(const query::SeriesAnswer& answer);
// u32 length, JSON header padded to a multiple of 8, float64 columns; all little-endian.
std::string series_binary(const query::SeriesAnswer& answer);

}  // namespace tracker::http
