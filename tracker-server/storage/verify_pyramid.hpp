#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/pg.hpp"
#include "storage/row_table.hpp"
#include "storage/verify_group.hpp"

namespace tracker::storage {

// Makes the pyramid of a group again, as compaction does, and compares. Fed with the full chunks in
// order; a key with damage is left out.
class PyramidCheck {
 public:
  PyramidCheck(PgConnection& connection, core::RunId run, const VerifiedGroup& group,
               const std::map<std::int32_t, std::string>& names, Report& report)
      : connection_(connection), run_(run), group_(group), names_(names), report_(report) {}

  // A full chunk's column. `key` 0: the edges, with any column.
  void add(std::int32_t key, std::int64_t chunk, const RowColumns& column);
  // Compares what is whole. Call it now and then, so that little is held.
  void flush();
  // Compares the rest, and looks for rows that nothing made.
  void finish();

 private:
  struct Place {
    int level;
    std::int64_t block;
    auto operator<=>(const Place&) const = default;
  };
  using Rows = std::map<Place, std::vector<core::Bucket>>;

  bool trusted(std::int32_t key) const;
  void compare(const Rows& rows, std::int32_t key);
  std::string where(std::int32_t key, const Place& place) const;

  PgConnection& connection_;
  core::RunId run_;
  const VerifiedGroup& group_;
  const std::map<std::int32_t, std::string>& names_;
  Report& report_;
  std::map<std::int32_t, Rows> open_;           // rows that more buckets may follow
  std::map<std::int32_t, Rows> done_;           // rows to compare
  std::map<std::int32_t, std::uint64_t> made_;  // rows, by key
};

}  // namespace tracker::storage
