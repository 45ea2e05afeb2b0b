#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/pg.hpp"
#include "storage/row_table.hpp"
#include "storage/series.hpp"

// The frames of one run that are committed and not compacted, inside the reader's snapshot. Read
// and decoded when first asked for.
namespace tracker::storage {

class RunTail {
 public:
  RunTail(PgConnection& connection, core::RunId run) : connection_(connection), run_(run) {}

  // Number that the next row of the run gets: the tail's rows come behind all compacted ones.
  void begin_at(std::int64_t next_row) noexcept { next_row_ = next_row; }

  // In commit order.
  const std::vector<TailFrame>& frames();
  const RowTable& rows();

  // Appends the key's rows to `out`, which has one column.
  void add_points(const Key& key, RowColumns& out);
  // The key's points in log order.
  core::Points points(const Key& key);

 private:
  PgConnection& connection_;
  core::RunId run_;
  std::int64_t next_row_ = 0;
  std::optional<std::vector<TailFrame>> frames_;
  std::optional<RowTable> rows_;
};

}  // namespace tracker::storage
