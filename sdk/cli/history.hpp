#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tracker/v1/runs.pb.h"

namespace tracker::cli {

// One metric over the rows of a batch. `values` has an entry for every row; it means something
// where `present` is set.
struct HistoryColumn {
  std::string key;
  std::vector<bool> present;
  std::vector<double> values;
};

struct HistoryBatch {
  std::vector<std::int64_t> steps;
  std::vector<std::int64_t> times_us;
  std::vector<HistoryColumn> columns;

  std::size_t rows() const noexcept { return steps.size(); }
};

// Checks and unpacks what the server sent. Throws Error(kDataLoss) for lengths that do not fit
// together.
HistoryBatch decode_history(const v1::ExportHistoryResponse& response);

}  // namespace tracker::cli
