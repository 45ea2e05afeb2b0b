#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/chunk_tables.hpp"
#include "storage/pg.hpp"
#include "storage/row_table.hpp"

// The tables metric_key, series_group and series of one run, inside the compactor's transaction.
// Rules: docs/storage.md, "Chunks".
namespace tracker::storage {

// Adds statistics of points behind those stored, by key number.
void add_series(PgConnection& connection, core::RunId run,
                const std::map<std::int32_t, core::Points>& changes);

struct KeyName {
  bool system = false;
  std::string name;
  auto operator<=>(const KeyName&) const = default;
};

// Made for one transaction, by the thread that holds the run's row in `compaction` and the
// connection, both of which must outlive it. In this order: load_groups, resolve, group_of and
// all_groups, store_groups and store_series. Errors of all members: PgError; after one the
// transaction must be rolled back and the object dropped.
class KeyTables {
 public:
  KeyTables(PgConnection& connection, core::RunId run, core::ProjectId project)
      : connection_(connection), run_(run), project_(project) {}

  // Reads the run's groups.
  void load_groups();
  // Numbers for the names, made where they are absent: a key is shared by the runs of a project, so
  // that two compactors may wait for each other here for a moment. Names in order, none twice.
  void resolve(const std::vector<KeyName>& names);
  // Of a name that was resolved; throws std::out_of_range for others.
  std::int32_t id_of(const KeyName& name) const { return ids_.at(name); }

  // The stored group of these keys; made (in memory) if it is absent. nullptr when that would be
  // one too many groups of several keys: the rows are to be split then. The pointers live as long
  // as this object.
  StoredGroup* group_of(const KeySet& keys);
  std::vector<StoredGroup*> all_groups();
  // Those that are new or have grown.
  void store_groups();

  void store_series(const std::map<std::int32_t, core::Points>& changes) {
    add_series(connection_, run_, changes);
  }

 private:
  PgConnection& connection_;
  core::RunId run_;
  core::ProjectId project_;
  std::map<KeyName, std::int32_t> ids_;
  struct Entry {
    bool system = false;
    bool dirty = false;
    std::int64_t stored_rows = 0;
    StoredGroup group;
  };
  std::map<std::pair<bool, std::vector<std::int32_t>>, Entry> groups_;  // by key numbers, sorted
};

}  // namespace tracker::storage
