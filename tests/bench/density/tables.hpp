#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/database.hpp"

// What the tables of series take on disk.
namespace tracker::bench {

struct TableBytes {
  std::string table;
  std::int64_t heap = 0;   // with its maps
  std::int64_t toast = 0;  // and the index of it
  std::int64_t index = 0;
  std::int64_t payload = 0;  // the payload columns alone, 0 for tables without

  std::int64_t total() const noexcept { return heap + toast + index; }
};

// Of every table that holds points, or what is made of them.
std::vector<TableBytes> table_bytes(storage::Database& database);

// What autovacuum does while a server runs.
void vacuum(storage::Database& database);

}  // namespace tracker::bench
