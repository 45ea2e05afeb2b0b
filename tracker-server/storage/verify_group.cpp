#include "storage/verify_group.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include <tracker/error.hpp>

#include "core/buckets.hpp"
#include "core/codec.hpp"
#include "core/pyramid.hpp"
#include "storage/checksum.hpp"
#include "storage/chunk_tables.hpp"
#include "storage/verify_pyramid.hpp"

namespace tracker::storage {
namespace {

constexpr auto kBlock = static_cast<std::int64_t>(core::kChunkRows);
constexpr std::int64_t kColumnsAtOnce = 1'024;  // chunks held: 4,096 values each

constexpr const char* kAxisToCheck = R"sql(
  SELECT pos, n, step_lo, step_hi, time_lo, time_hi, payload, crc32c FROM axis_chunk
  WHERE run_id = $1 AND group_no = $2 AND pos >= $3 AND pos < $4 ORDER BY pos)sql";
constexpr const char* kColumnsToCheck = R"sql(
  SELECT pos, n, nan, nonfinite, min_value, max_value, sum, first_value, last_value, payload || rest, crc32c FROM chunk
  WHERE run_id = $1 AND key_id = $2 AND group_no = $3 AND pos >= $4 AND pos < $5 ORDER BY pos)sql";
constexpr const char* kChunksBeyond = R"sql(
  SELECT (SELECT count(*) FROM axis_chunk WHERE run_id = $1 AND group_no = $2 AND (pos >= $3 OR pos < 0)),
         (SELECT count(*) FROM chunk WHERE run_id = $1 AND group_no = $2 AND (pos >= $3 OR pos < 0)),
         (SELECT count(*) FROM chunk WHERE run_id = $1 AND group_no = $2 AND NOT key_id = ANY($4::integer[])))sql";

// The axis of one chunk, if it is sound.
struct Axis {
  std::int64_t pos = 0;
  std::int32_t n = 0;
  std::optional<RowColumns> rows;
};

class GroupCheck {
 public:
  GroupCheck(PgConnection& connection, core::RunId run, VerifiedGroup& group,
             const std::map<std::int32_t, std::string>& names, ChunkSink& sink, Report& report)
      : connection_(connection),
        run_(run),
        group_(group),
        names_(names),
        sink_(sink),
        report_(report),
        pyramid_(connection, run, group, names, report) {}

  void work() {
    const std::int64_t blocks =
        std::max<std::int64_t>(1, kColumnsAtOnce / static_cast<std::int64_t>(group_.keys.size()));
    for (std::int64_t from = 0; from < group_.rows; from += blocks * kBlock)
      stretch(from, std::min(from + blocks * kBlock, group_.rows));
    pyramid_.finish();
    look_beyond();
  }

 private:
  std::string where(std::int64_t pos, std::int32_t n) const {
    return fmt::format("group {}, rows {} to {}", group_.number, pos, pos + n);
  }
  std::string where(std::int32_t key, std::int64_t pos, std::int32_t n) const {
    return fmt::format("key {}, {}", names_.at(key), where(pos, n));
  }
  void distrust_all() {
    group_.untrusted.insert(group_.keys.begin(), group_.keys.end());
    group_.axis_trusted = false;
  }

  void gap(std::int64_t from, std::int64_t to) {
    report_.add("axis_gap", where(from, static_cast<std::int32_t>(to - from)),
                "the axis has no chunk for these rows");
    distrust_all();
  }

  void stretch(std::int64_t from, std::int64_t to) {
    const PgResult rows = connection_.run(
        kAxisToCheck,
        PgParams().uuid(run_.uuid().bytes).integer(group_.number).bigint(from).bigint(to));
    std::vector<Axis> axes;
    for (std::size_t i = 0; i < rows.rows(); ++i) axes.push_back(axis(rows, i));
    if (expected_ < to) gap(expected_, to);
    expected_ = to;
    for (const std::int32_t key : group_.keys) columns(key, from, to, axes);
    pyramid_.flush();
  }

  Axis axis(const PgResult& rows, std::size_t i) {
    Axis out{rows.bigint(i, 0), rows.integer(i, 1), {}};
    place(out);
    const std::string_view payload = rows.bytes(i, 6);
    report_.counts().bytes += payload.size();
    if (!rows.is_null(i, 7) && rows.integer(i, 7) != checksum_of(payload)) {
      report_.add("axis_checksum", where(out.pos, out.n), "the payload is not what was written");
      return distrust_all(), out;
    }
    try {
      RowColumns decoded;
      append_axis(decoded, payload, static_cast<std::size_t>(std::clamp(out.n, 0, 4'096)));
      if (decoded.rows() == 0) throw Error(ErrorCode::kDataLoss, "it holds no rows");
      compare_axis(rows, i, out, decoded);
      if (group_.axis_trusted && out.n == kBlock) {
        RowColumns edges = decoded;
        edges.values = {std::vector<double>(decoded.rows(), 0.0)};
        pyramid_.add(0, out.pos / kBlock, edges);
      }
      out.rows = std::move(decoded);
    } catch (const Error& error) {
      report_.add("axis_damaged", where(out.pos, out.n), error.what());
      distrust_all();
    }
    return out;
  }

  // Each chunk begins where the one before ends, within one block; a full block is one chunk.
  void place(const Axis& axis) {
    if (axis.pos > expected_) gap(expected_, axis.pos);
    if (axis.pos < expected_) {
      report_.add("axis_overlap", where(axis.pos, axis.n), "rows lie in two chunks of the axis");
      distrust_all();
    }
    const bool crosses = axis.n < 1 || axis.pos / kBlock != (axis.pos + axis.n - 1) / kBlock;
    const bool unsealed = axis.pos / kBlock < group_.rows / kBlock && axis.n != kBlock;
    if (crosses || axis.pos + axis.n > group_.rows || (unsealed && axis.pos == expected_)) {
      report_.add("axis_extent", where(axis.pos, axis.n),
                  crosses    ? "a chunk has 1 to 4,096 rows and does not cross a multiple of 4,096"
                  : unsealed ? "a full block must be one chunk"
                             : fmt::format("the group has {} rows", group_.rows));
      distrust_all();
    }
    expected_ = std::max(expected_, axis.pos + axis.n);
  }

  void compare_axis(const PgResult& rows, std::size_t i, const Axis& axis,
                    const RowColumns& decoded) {
    const auto [step_lo, step_hi] = std::minmax_element(decoded.steps.begin(), decoded.steps.end());
    const auto [time_lo, time_hi] =
        std::minmax_element(decoded.times_us.begin(), decoded.times_us.end());
    if (rows.bigint(i, 2) != *step_lo || rows.bigint(i, 3) != *step_hi ||
        rows.bigint(i, 4) != *time_lo || rows.bigint(i, 5) != *time_hi)
      report_.add("axis_bounds", where(axis.pos, axis.n),
                  "the row's smallest and largest step and time are not those of the payload");
    for (const std::int64_t order : decoded.order) {
      if (order > group_.last_order) {
        group_.last_order = order;
        continue;
      }
      report_.add("axis_order", where(axis.pos, axis.n), "numbers of rows do not rise");
      distrust_all();
      break;
    }
  }

  void columns(std::int32_t key, std::int64_t from, std::int64_t to,
               const std::vector<Axis>& axes) {
    const PgResult rows = connection_.run(kColumnsToCheck, PgParams()
                                                               .uuid(run_.uuid().bytes)
                                                               .integer(key)
                                                               .integer(group_.number)
                                                               .bigint(from)
                                                               .bigint(to));
    std::size_t i = 0;
    for (const Axis& axis : axes) {
      for (; i < rows.rows() && rows.bigint(i, 0) < axis.pos; ++i) stray(key, rows, i);
      if (i >= rows.rows() || rows.bigint(i, 0) != axis.pos) {
        report_.add("chunk_missing", where(key, axis.pos, axis.n),
                    "the axis has these rows and the key has no values");
        distrust(key);
        continue;
      }
      column(key, rows, i++, axis);
    }
    for (; i < rows.rows(); ++i) stray(key, rows, i);
  }

  // Where the axis itself has a hole, that has been told.
  void stray(std::int32_t key, const PgResult& rows, std::size_t i) {
    if (group_.untrusted.contains(key)) return;
    report_.add("chunk_stray", where(key, rows.bigint(i, 0), rows.integer(i, 1)),
                "values without rows of the axis");
    distrust(key);
  }

  void distrust(std::int32_t key) { group_.untrusted.insert(key); }

  void column(std::int32_t key, const PgResult& rows, std::size_t i, const Axis& axis) {
    ++report_.counts().chunks;
    const std::string_view payload = rows.bytes(i, 9);
    report_.counts().bytes += payload.size();
    const std::string place = where(key, axis.pos, axis.n);
    if (rows.integer(i, 1) != axis.n) {
      if (axis.rows)
        report_.add(
            "chunk_count", place,
            fmt::format("the key has {} values and the axis {} rows", rows.integer(i, 1), axis.n));
      return distrust(key);
    }
    if (!rows.is_null(i, 10) && rows.integer(i, 10) != checksum_of(payload)) {
      report_.add("chunk_checksum", place, "the payload is not what was written");
      return distrust(key);
    }
    std::vector<double> values;
    try {
      values =
          core::decode_doubles(payload, static_cast<std::size_t>(std::clamp(axis.n, 0, 4'096)));
    } catch (const Error& error) {
      report_.add("chunk_damaged", place, error.what());
      return distrust(key);
    }
    report_.counts().points += values.size();
    compare_column(key, rows, i, place, values);
    if (!axis.rows || group_.untrusted.contains(key)) return;
    RowColumns chunk = *axis.rows;
    chunk.values = {std::move(values)};
    sink_.take(group_, key, chunk);
    if (axis.n != kBlock) return;
    pyramid_.add(key, axis.pos / kBlock, chunk);
  }

  void compare_column(std::int32_t key, const PgResult& rows, std::size_t i,
                      const std::string& place, const std::vector<double>& values) {
    core::Bucket total;
    std::int32_t nan = 0;
    for (const double value : values) {
      core::add(total, 0, 0, value);
      nan += std::isnan(value) ? 1 : 0;
    }
    if (values.empty()) return;
    const auto differs = [&](const char* what, double row, double payload) {
      if (same(row, payload)) return;
      report_.add("chunk_statistics", place,
                  fmt::format("{} is {} in the row and {} in the payload", what, row, payload));
      distrust(key);
    };
    differs("the count of NaN", rows.integer(i, 2), nan);
    differs("the count of values that are not finite", rows.integer(i, 3),
            static_cast<double>(total.nonfinite));
    differs("the smallest value", rows.float8(i, 4), total.min);
    differs("the largest value", rows.float8(i, 5), total.max);
    differs("the sum", rows.float8(i, 6), total.sum);
    differs("the first value", rows.float8(i, 7), values.front());
    differs("the last value", rows.float8(i, 8), values.back());
  }

  void look_beyond() {
    const PgResult row = connection_.run(kChunksBeyond, PgParams()
                                                            .uuid(run_.uuid().bytes)
                                                            .integer(group_.number)
                                                            .bigint(group_.rows)
                                                            .integers(group_.keys));
    const std::string place = fmt::format("group {}", group_.number);
    if (row.bigint(0, 0) > 0 || row.bigint(0, 1) > 0) {
      distrust_all();
      report_.add(
          "group_rows", place,
          fmt::format("{} chunks of the axis and {} of values lie behind the group's {} rows",
                      row.bigint(0, 0), row.bigint(0, 1), group_.rows));
    }
    if (row.bigint(0, 2) > 0)
      report_.add(
          "chunk_stray", place,
          fmt::format("{} chunks are of keys that the group does not have", row.bigint(0, 2)));
  }

  PgConnection& connection_;
  core::RunId run_;
  VerifiedGroup& group_;
  const std::map<std::int32_t, std::string>& names_;
  ChunkSink& sink_;
  Report& report_;
  PyramidCheck pyramid_;
  std::int64_t expected_ = 0;  // where the next chunk must begin
};

}  // namespace

void verify_group(PgConnection& connection, core::RunId run, VerifiedGroup& group,
                  const std::map<std::int32_t, std::string>& names, ChunkSink& sink,
                  Report& report) {
  GroupCheck(connection, run, group, names, sink, report).work();
}

}  // namespace tracker::storage
