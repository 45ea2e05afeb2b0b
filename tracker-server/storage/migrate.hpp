#pragma once

#include <optional>
#include <span>
#include <string>

#include "storage/database.hpp"
#include "storage/migrations.hpp"

// The schema. Migrations are the files storage/migrations/NNN_name.sql, embedded into the program,
// applied in order, each in a transaction of its own, forward only. Servers of different versions
// may run on one database while it is upgraded, as far as the migrations say so. Tables and rules:
// docs/storage.md, "Migrations".
//
// `known`: what a program knows; another list than its own in tests only.
namespace tracker::storage {

using Migrations = std::span<const Migration>;

// The version this program was built for.
int schema_version(Migrations known = migrations()) noexcept;

// The version the database has; 0 for an empty one.
int installed_schema_version(Database& database);

// Why this program cannot work with the schema that the database has now, and what to do; absent if
// it can: the schema is the program's own, or newer and compatible with it.
std::optional<std::string> schema_objection(Database& database, Migrations known = migrations());

// Brings the database to schema_version(), under an advisory lock: servers that start together wait
// for one another; one that is killed leaves a whole number of migrations. Batches of earlier
// migrations are finished before the next one is applied (storage/backfill.hpp). A newer schema is
// left alone. Throws Error(kFailedPrecondition) for one that this program cannot work with, and for
// a migration that was applied with another text than the program has.
void migrate(Database& database, Migrations known = migrations());

}  // namespace tracker::storage
