#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/pg.hpp"
#include "storage/row_table.hpp"
#include "storage/run_branches.hpp"
#include "storage/runs.hpp"

// The frames of one run that are committed and not compacted, inside the reader's snapshot. Read
// and decoded when first asked for.
namespace tracker::storage {

// How much of a tail a reader takes. Compaction leaves a few seconds of data behind; so much waits
// only when it cannot keep up, and a reader must not take the server's memory then.
struct TailLimits {
  std::int64_t payload_bytes = 256 << 20;
  std::size_t values = 32u << 20;  // decoded: a constant column takes hardly a byte of the payload
};

// Adds an ancestor's rows that the view shows to its statistics; keys without such rows are left
// out.
void fold_shown(const RowTable& tail, const RunView& view,
                std::map<std::pair<std::string, core::KeyKind>, Key>& keys);

// Belongs to the thread that holds the connection. Errors of the members that read: PgError,
// Error(kDataLoss) for a frame that does not decode, Error(kUnavailable) for a tail beyond the
// limits.
class RunTail {
 public:
  RunTail(PgConnection& connection, core::RunId run, const TailLimits& limits = {})
      : connection_(connection), run_(run), limits_(limits) {}

  // Number that the next row of the run gets: the tail's rows come behind all compacted ones.
  void begin_at(std::int64_t next_row) noexcept { next_row_ = next_row; }

  // Throw the error for a tail beyond the limits.
  static void check_bytes(core::RunId run, std::int64_t bytes, const TailLimits& limits);
  static void check_values(core::RunId run, std::size_t values, const TailLimits& limits);

  // In commit order.
  const RowTable& rows();

  // Appends the key's rows to `out`, which has one column.
  void add_points(const Key& key, RowColumns& out);
  // The key's points in log order.
  core::Points points(const Key& key);

 private:
  void check_size();
  RowTable read();

  PgConnection& connection_;
  core::RunId run_;
  TailLimits limits_;
  std::int64_t next_row_ = 0;
  std::optional<RowTable> rows_;
};

}  // namespace tracker::storage
