#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/database.hpp"

// The full history of a run, row by row in step order, rows of equal step merged (later wins per
// key). Read in windows of steps, so that a long run needs no more memory than a short one; each
// window is consistent in itself, and what a live run logs behind the last window read is still
// taken along.
namespace tracker::query {

struct ExportColumn {
  std::vector<std::uint8_t> present;  // one bit a row, least significant first
  std::vector<double> values;         // one for each set bit
};

struct ExportBatch {
  std::vector<std::string> keys;       // those with a value in this batch
  std::vector<std::int64_t> steps;     // strictly rising, also from batch to batch
  std::vector<std::int64_t> times_us;  // when the row was logged; of merged rows the latest
  std::vector<ExportColumn> columns;
};

// Takes a batch; false ends the export (the client is gone).
using ExportSink = std::function<bool(ExportBatch&&)>;

struct ExportOptions {
  std::uint64_t window_points = 1'000'000;  // aimed at, for one read
  std::size_t batch_rows = 8'192;
  std::size_t batch_values = 100'000;  // a batch has at least one row
};

// `keys` empty means all history keys. Throws Error(kInvalidArgument) naming a key the run never
// logged or a system key, kNotFound, kUnavailable.
void export_history(storage::Database& database, core::RunId run,
                    const std::vector<std::string>& keys, const ExportSink& sink,
                    const ExportOptions& options = {});

// Pure: one window's points, merged and cut into batches. `points` are by key, in step order. False
// if the sink ended it.
struct KeyPoints {
  std::string key;
  core::Points points;
};
bool emit_rows(const std::vector<KeyPoints>& window, const ExportOptions& options,
               const ExportSink& sink);

}  // namespace tracker::query
