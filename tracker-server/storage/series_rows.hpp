#pragma once

#include <cstddef>
#include <limits>
#include <optional>

#include "core/series.hpp"
#include "storage/pg.hpp"

namespace tracker::storage {

// A row of `series` from columns (system, n, nonfinite, nan, first_step, last_step, first_time_us,
// last_time_us, last_value, min_value, max_value, sum, steps_rise, times_rise) that begin at
// `column`.
core::SeriesStats series_row(const PgResult& rows, std::size_t row, int column);

// What a column of doubles holds where there is no value.
inline double or_nan(const std::optional<double>& value) {
  return value.value_or(std::numeric_limits<double>::quiet_NaN());
}

}  // namespace tracker::storage
