#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "query/series.hpp"

// Request and answer of POST /api/v1/series (docs/http-api.md, "Series"). Pure.
namespace tracker::http {

inline constexpr std::string_view kSeriesType = "application/vnd.tracker.series";

// What is read, and how it is sent.
struct SeriesQuestion : query::SeriesRequest {
  // Pixels of the picture's y axis: the binary form is then that of series_picture.hpp.
  std::optional<std::size_t> height{};
};

// Throws Error(kInvalidArgument) naming the field.
SeriesQuestion parse_series_request(std::string_view body);

nlohmann::json series_json(const query::SeriesAnswer& answer);
// u32 length, JSON header padded to a multiple of 8, float64 columns; all little-endian.
std::string series_binary(const query::SeriesAnswer& answer);

}  // namespace tracker::http
