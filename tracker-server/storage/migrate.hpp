#pragma once

#include "storage/database.hpp"

// The schema. Migrations are the files storage/migrations/NNN_name.sql, embedded into the program,
// applied in order, each in a transaction of its own, forward only. Tables: docs/storage.md.
namespace tracker::storage {

// The version this program was built for.
int schema_version() noexcept;

// The version the database has; 0 for an empty one.
int installed_schema_version(Database& database);

// Brings the database to schema_version(), under an advisory lock: servers that start together wait
// for one another. Throws Error(kFailedPrecondition) for a newer schema, naming both versions, and
// leaves it alone.
void migrate(Database& database);

}  // namespace tracker::storage
