#pragma once

#include "core/ids.hpp"
#include "storage/pg.hpp"
#include "storage/verify_report.hpp"

// The parts of verify_run that are no series, inside the reader's snapshot.
namespace tracker::storage {

// The run's row, its definitions, and that a compactor can take it.
void verify_row(PgConnection& connection, core::RunId run, Report& report);
// Writers, their live frames, and the quarantine.
void verify_writers(PgConnection& connection, core::RunId run, Report& report);
// Console lines.
void verify_console(PgConnection& connection, core::RunId run, Report& report);

}  // namespace tracker::storage
