#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "storage/row_table.hpp"
#include "storage/run_branches.hpp"
#include "storage/run_tail.hpp"
#include "storage/series_tables.hpp"

// What a SeriesSnapshot knows of its runs before it reads points: their keys, groups and tails.
// Made and used inside the snapshot's transaction, by its thread; the connection must outlive it.
// Errors: those of storage/series_snapshot.hpp.
namespace tracker::storage {

class SnapshotContents {
 public:
  struct Entry {
    RunHead head;
    std::vector<Key> keys;
    std::map<std::pair<std::string, core::KeyKind>, std::int32_t>
        ids;  // of keys compacted at least in part
    std::optional<RowTable> tail;
    // What its history is made of; empty for a run that is neither forked nor rewound.
    std::vector<RunView> views;
    bool asked = true;  // not here only as an ancestor
  };

  SnapshotContents(PgConnection& connection, std::span<const core::RunId> runs,
                   std::optional<std::vector<std::string>> names, const TailLimits& limits = {});

  const RunHead* find_run(core::RunId run) const;
  const std::vector<Key>& keys(core::RunId run) const;
  const Entry& entry(core::RunId run) const { return runs_.at(run); }

  // Reads the groups of the keys, once.
  void load_groups();
  // After load_groups(). They live as long as this object.
  std::vector<const KeyGroup*> groups_of(core::RunId run, const Key& key) const;

  // As SeriesSnapshot::same_rows.
  bool same_rows(core::RunId run, const Key& key, const Key& x_key);

 private:
  using KeyName = std::pair<std::string, core::KeyKind>;

  void load_branches();
  void load_tails();
  void load_tails(std::span<const core::RunId> runs);
  void load_keys();
  void inherit_keys(std::map<core::RunId, std::map<KeyName, Key>>& by_run);
  static void fold_tail(const RowTable& tail, std::map<KeyName, Key>& keys);

  PgConnection& connection_;
  const TailLimits limits_;
  std::size_t tail_values_ = 0;                    // of all runs
  std::optional<std::vector<std::string>> names_;  // sorted, each once
  std::vector<core::RunId> ids_;
  Branches branches_;
  std::map<core::RunId, Entry> runs_;
  std::map<core::RunId, std::vector<KeyGroup>> groups_;
  bool groups_loaded_ = false;
};

}  // namespace tracker::storage
