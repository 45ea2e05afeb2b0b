#pragma once

#include "core/ids.hpp"
#include "storage/pg.hpp"
#include "storage/run_branches.hpp"

// Statistics (`series`) of a run whose history is not just its own rows, inside the compactor's
// transaction. They are counted once more from the stored chunks when the run is forked, rewound or
// ends; in between, new rows are added as for any run. Rules: docs/storage.md, "Branches".
namespace tracker::storage {

class RunHistory {
 public:
  // Reads what the tables say of its branches. Errors of all members: PgError, Error(kDataLoss).
  RunHistory(PgConnection& connection, core::RunId run);

  bool branched() const { return branches_.branched(run_); }
  bool counted() const { return !branches_.uncounted(run_); }

  // Reads all stored rows of the history, and writes the statistics of each key anew. Rows of
  // ancestors that are not compacted yet are left out until the next time.
  void count_again() const;

 private:
  PgConnection& connection_;
  core::RunId run_;
  Branches branches_;
};

}  // namespace tracker::storage
