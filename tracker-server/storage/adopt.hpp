#pragma once

#include <pqxx/transaction>

#include "storage/migrate.hpp"

// Databases from before migrations had checksums.
namespace tracker::storage {

// Notes what migrations without a checksum were. Such a database knows migration 1 only, in one of
// two editions; the earlier one is brought forward, in the same transaction. Throws
// Error(kFailedPrecondition) for a database whose tables are neither.
void adopt(pqxx::work& transaction, Migrations known);

}  // namespace tracker::storage
