#pragma once

#include <string>
#include <string_view>

// Several columns in one payload, one behind the other: u32 size (little-endian), then the bytes.
namespace tracker::core {

// Appends to `out`. The column is smaller than 4 GiB.
void put_column(std::string& out, std::string_view column);

// Takes the first column off `bytes`. Throws Error(kDataLoss) that names `what`, such as "stored
// axis", when they do not begin with a whole one.
std::string_view take_column(std::string_view& bytes, const char* what);

}  // namespace tracker::core
