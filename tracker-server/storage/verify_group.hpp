#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/pg.hpp"
#include "storage/row_table.hpp"
#include "storage/verify_report.hpp"

namespace tracker::storage {

// A row of series_group, and what came out of looking at it.
struct VerifiedGroup {
  std::int32_t number = 0;
  bool system = false;
  std::vector<std::int32_t> keys;
  std::int64_t rows = 0;
  std::int64_t last_order = -1;      // the highest number of a row
  std::set<std::int32_t> untrusted;  // keys with damage: what is made of them is not compared
  bool axis_trusted = true;          // else all keys are untrusted
};

// Takes each chunk that is sound, in order of position: the axis, and one column a key.
class ChunkSink {
 public:
  virtual ~ChunkSink() = default;
  virtual void take(const VerifiedGroup& group, std::int32_t key, const RowColumns& column) = 0;
};

// Looks at the axis, the columns and the pyramid of one group, inside the reader's snapshot.
void verify_group(PgConnection& connection, core::RunId run, VerifiedGroup& group,
                  const std::map<std::int32_t, std::string>& names, ChunkSink& sink,
                  Report& report);

}  // namespace tracker::storage
