#pragma once

#include <span>
#include <string_view>

// The files of storage/migrations/, embedded into the program when it is built (generated:
// migrations.cpp). How to write one: docs/storage.md, "Migrations".
namespace tracker::storage {

struct Migration {
  int version = 0;  // the number its file name begins with
  std::string_view name;
  std::string_view checksum;    // SHA-256 of the file, hex
  int compatible_from = 0;      // programs from this schema version on can run beside it
  std::string_view sql;         // one transaction
  std::string_view batch = {};  // then again and again, see storage/backfill.hpp; empty: nothing
};

// In order of version, 1 first, none missing.
std::span<const Migration> migrations() noexcept;

}  // namespace tracker::storage
