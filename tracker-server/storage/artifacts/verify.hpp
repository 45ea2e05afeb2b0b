#pragma once

#include "storage/verify.hpp"

// Part of `tracker admin check`: are the chunks that lie in the database what their digests say,
// and does each version hold what its manifest names? Objects of a store outside are not read. Each
// version is looked at as of one moment, one chunk in memory at a time (and one manifest). Throws
// PgError.
namespace tracker::storage {

Verified verify_artifacts(PgConnection& connection);

}  // namespace tracker::storage
