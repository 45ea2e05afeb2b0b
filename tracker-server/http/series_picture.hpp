#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "query/series.hpp"

// The compact body of a series answer (docs/http-api.md, "Forms"): every value rounded to where it
// falls in a picture, equal columns once, constant ones as a number, and only what is drawn. Pure.
namespace tracker::http {

inline constexpr std::string_view kPictureType = "application/vnd.tracker.series;form=compact";

// Groups have twice as many levels, which a u16 must hold beside NaN and the infinities.
inline constexpr std::size_t kTallestPicture = 32'766;

// `height`: pixels of the y axis, from 1 to kTallestPicture. u32 length, JSON header padded to a
// multiple of 8, the columns' bytes; all little-endian.
std::string series_picture(const query::SeriesAnswer& answer, std::size_t height);

}  // namespace tracker::http
