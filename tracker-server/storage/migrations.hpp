#pragma once

#include <span>
#include <string_view>

// The files of storage/migrations/, embedded into the program when it is built (generated:
// migrations.cpp).
namespace tracker::storage {

struct Migration {
  int version;  // the number its file name begins with
  std::string_view name;
  std::string_view sql;
};

// In order of version, 1 first, none missing.
std::span<const Migration> migrations() noexcept;

}  // namespace tracker::storage
