#pragma once

#include <cstddef>

#include "core/series.hpp"
#include "storage/pg.hpp"

namespace tracker::storage {

// A row of `series` from columns (system, n, nonfinite, nan, first_step, last_step, first_time_us,
// last_time_us, last_value, min_value, max_value, sum, steps_rise, times_rise) that begin at
// `column`.
core::SeriesStats series_row(const PgResult& rows, std::size_t row, int column);

}  // namespace tracker::storage
