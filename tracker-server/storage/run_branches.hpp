#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "spool/record.hpp"
#include "storage/pg.hpp"
#include "storage/row_table.hpp"

// Forks and rewinds: which rows of which runs a run's history is made of. Rules: docs/storage.md,
// "Branches". Only history keys are inherited. Functions that take a connection throw PgError.
namespace tracker::storage {

// What of one run's rows is to be seen, from itself or from a run that was forked from it.
struct RunView {
  core::RunId run;
  std::int64_t upto = std::numeric_limits<std::int64_t>::max();     // steps, inclusive
  std::int64_t end_row = std::numeric_limits<std::int64_t>::max();  // in log order, exclusive
  std::vector<Rewind> rewinds{};

  bool shows(std::int64_t row, std::int64_t step) const noexcept;
  bool shows_all() const noexcept;
};

// Of some runs and their ancestors, as the tables have it.
class Branches {
 public:
  static Branches read(PgConnection& connection, std::span<const core::RunId> runs);

  // Rewinds of a run that lie in its tail, in log order.
  void add_tail(core::RunId run, const std::vector<Rewind>& rewinds);

  // All ancestors of all runs; those that were asked for are not among them unless they are
  // somebody's ancestor.
  std::set<core::RunId> ancestors() const;
  // Nearest first.
  std::vector<core::RunId> ancestors_of(core::RunId run) const;
  // Farthest ancestor first, the run itself last.
  std::vector<RunView> views_of(core::RunId run) const;
  // Is the run's history more than all of its own rows?
  bool branched(core::RunId run) const;
  // Statistics of the run lack what it inherits, until its first compaction.
  bool uncounted(core::RunId run) const { return uncounted_.contains(run); }

 private:
  struct Parent {
    core::RunId run;
    std::int64_t step = 0;
    std::size_t rewinds = 0;
  };
  std::map<core::RunId, std::vector<Parent>> parents_;  // nearest first
  std::map<core::RunId, std::vector<Rewind>> rewinds_;
  std::set<core::RunId> uncounted_;
};

// Keeps the rows that the view shows and numbers them behind those of the `place` views before it,
// so that a descendant's rows are later than its ancestors'.
void keep_shown(RowColumns& rows, const RunView& view, std::size_t place);
std::int64_t row_behind(std::int64_t row, std::size_t place) noexcept;

// Inside the transaction that commits the record, which holds the run's row. Makes the run a fork;
// if that cannot be, says why: no such run in the project, or this one has a past or descendants
// of its own.
std::optional<std::string> make_fork(PgConnection& connection, core::RunId run,
                                     const spool::Branch& branch);
void count_rewinds(PgConnection& connection, core::RunId run, std::size_t more);

// Inside the compaction of the frames that hold them, in log order.
void store_rewinds(PgConnection& connection, core::RunId run, const std::vector<Rewind>& rewinds);

}  // namespace tracker::storage
