#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "storage/database.hpp"

// Does what is stored agree with itself? The rules that are looked at are those of docs/storage.md;
// the list of findings is docs/server.md, "Check".
namespace tracker::storage {

struct Finding {
  std::string kind;    // a word for scripts: "chunk_statistics"
  std::string run;     // its id; empty for the database as a whole
  std::string where;   // "key loss, group 0, rows 4096 to 8192"
  std::string what;    // "sum is 3.5 in the row and 3.25 in the payload"
  std::string remedy;  // what to do
};

// What was looked at, for a report.
struct Verified {
  std::uint64_t points = 0, chunks = 0, frames = 0, bytes = 0;
  std::vector<Finding> findings;
};

// Looks at everything of one run, as of one moment: a transaction that reads only. A deleted run is
// looked at until its data have begun to go; then, and for an unknown one, nothing is found. What
// follows from damage that was found (a pyramid over a chunk that does not decode) is not told
// again. Memory: some chunks of each key of a group. Throws PgError.
Verified verify_run(PgConnection& connection, core::RunId run);

// What belongs to no run: the schema, the ring, rows whose run is not there.
Verified verify_whole(PgConnection& connection);

// All runs, deleted ones too.
std::vector<core::RunId> all_runs(PgConnection& connection);

}  // namespace tracker::storage
