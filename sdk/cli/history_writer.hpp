#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/history.hpp"
#include "cli/output.hpp"

namespace tracker::cli {

// Writes an exported history in one format: begin once, any number of batches, end once. A row has
// its step, the time it was logged, and the keys it has a value for. A metric that is itself called
// `step` or `time` is exported as `value/step`, `value/time`. All throw as Output does.
class HistoryWriter {
 public:
  virtual ~HistoryWriter() = default;
  // `keys`: every key of the batches to come, in the order of the columns.
  virtual void begin(const std::vector<std::string>& keys) = 0;
  virtual void batch(const HistoryBatch& batch) = 0;
  virtual void end() = 0;
  // Must begin() know the keys? Where not, it may be given none.
  virtual bool needs_keys() const noexcept { return true; }
};

// {"step":0,"time":1764000000.25,"train/loss":0.5} a line; absent values are left out, NaN and
// infinities are strings.
std::unique_ptr<HistoryWriter> make_jsonl_writer(Output& output);
// RFC 4180 with a header line and plain line feeds; absent values are empty.
std::unique_ptr<HistoryWriter> make_csv_writer(Output& output);
// Columns step (int64), time (timestamp in µs, UTC), and a nullable double for each key. Throws
// Error for stdout, and Error(kUnimplemented) in a build without Arrow.
std::unique_ptr<HistoryWriter> make_parquet_writer(Output& output);

// The column's name in an export.
std::string exported_name(const std::string& key);

}  // namespace tracker::cli
