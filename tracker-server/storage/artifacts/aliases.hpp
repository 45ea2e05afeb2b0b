#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "storage/pg.hpp"

// Aliases, within a transaction of the files beside this one.
namespace tracker::storage {

struct AliasTarget {
  std::int64_t collection = 0, version = 0;  // rows
};
// Points the aliases to the version, wherever they pointed to. Names have been checked. Throws
// Error(kFailedPrecondition) when the version would have more than kMostAliases.
void set_aliases(PgConnection& connection, const AliasTarget& target,
                 std::span<const std::string> aliases);

}  // namespace tracker::storage
