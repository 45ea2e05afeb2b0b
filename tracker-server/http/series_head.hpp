#pragma once

#include <nlohmann/json_fwd.hpp>

#include "query/series.hpp"

// What all forms of a series answer say of one series, without its columns. Inside of
// http/series_*.cpp.
namespace tracker::http {

nlohmann::json series_head(const query::Series& series);
nlohmann::json series_head(const query::GroupSeries& group);

// The member that holds the columns.
const char* columns_member(const query::Series& series);
const char* columns_member(const query::GroupSeries& group);

}  // namespace tracker::http
