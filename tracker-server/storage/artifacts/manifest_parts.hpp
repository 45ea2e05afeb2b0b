#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/pg.hpp"

// A manifest in the database: its bytes in rows of 1 MiB, so that no row and no statement is large.
// Within a transaction or a snapshot of the files beside this one. PgError.
namespace tracker::storage {

void store_manifest(PgConnection& connection, std::int64_t version_row, std::string_view manifest);
// `bytes` as the version says; fewer if rows are missing, nothing of what they should be is
// checked.
std::string load_manifest(PgConnection& connection, std::int64_t version_row, std::uint64_t bytes);

}  // namespace tracker::storage
