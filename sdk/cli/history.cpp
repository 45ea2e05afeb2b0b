#include "cli/history.hpp"

#include <bit>
#include <cstring>

#include <tracker/error.hpp>

namespace tracker::cli {
namespace {

static_assert(std::endian::native == std::endian::little,
              "columns are copied as they are on the wire");

Error malformed(const std::string& what) {
  return Error(ErrorCode::kDataLoss,
               "the server sent a history that does not fit together (" + what +
                   "): check that tracker and tracker-server are of one version");
}

std::vector<std::int64_t> integers(const std::string& bytes, const std::string& what) {
  if (bytes.size() % sizeof(std::int64_t) != 0) throw malformed(what);
  std::vector<std::int64_t> values(bytes.size() / sizeof(std::int64_t));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

HistoryColumn decode_column(const std::string& key, const v1::ExportHistoryResponse::Column& wire,
                            std::size_t rows) {
  if (wire.present().size() != (rows + 7) / 8) throw malformed("bitmap of " + key);
  HistoryColumn column{
      .key = key, .present = std::vector<bool>(rows), .values = std::vector<double>(rows)};
  std::size_t next = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    if ((static_cast<unsigned char>(wire.present()[row / 8]) >> (row % 8) & 1) == 0) continue;
    if ((next + 1) * sizeof(double) > wire.values().size()) throw malformed("values of " + key);
    std::memcpy(&column.values[row], wire.values().data() + next * sizeof(double), sizeof(double));
    column.present[row] = true;
    ++next;
  }
  if (next * sizeof(double) != wire.values().size()) throw malformed("values of " + key);
  return column;
}

}  // namespace

HistoryBatch decode_history(const v1::ExportHistoryResponse& response) {
  HistoryBatch batch{.steps = integers(response.steps(), "steps"),
                     .times_us = integers(response.times_us(), "times"),
                     .columns = {}};
  if (batch.times_us.size() != batch.rows()) throw malformed("steps and times");
  if (response.keys_size() != response.columns_size()) throw malformed("keys and columns");
  for (int i = 0; i < response.keys_size(); ++i) {
    batch.columns.push_back(decode_column(response.keys(i), response.columns(i), batch.rows()));
  }
  return batch;
}

}  // namespace tracker::cli
