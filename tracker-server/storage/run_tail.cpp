#include "storage/run_tail.hpp"

#include <algorithm>
#include <string>

#include <tracker/error.hpp>

namespace tracker::storage {
namespace {

// OFFSET 0 keeps the planner to the index: frame is never analysed, and a join as such would read
// all slots.
constexpr const char* kTailSize = R"sql(
  SELECT coalesce(sum(octet_length(f.payload)), 0)::bigint
  FROM writer_stream w CROSS JOIN LATERAL (
    SELECT * FROM frame WHERE stream_id = w.id AND from_offset >= w.sealed_offset OFFSET 0) f
  WHERE w.run_id = $1)sql";
constexpr const char* kTail = R"sql(
  SELECT f.payload FROM writer_stream w CROSS JOIN LATERAL (
    SELECT * FROM frame WHERE stream_id = w.id AND from_offset >= w.sealed_offset OFFSET 0) f
  WHERE w.run_id = $1 ORDER BY f.id)sql";

[[noreturn]] void too_much(core::RunId run, const std::string& what) {
  throw Error(ErrorCode::kUnavailable,
              "run " + run.text() + " has " + what +
                  " that are not compacted yet, more than a reader takes: try again in a minute, "
                  "and see the server's log if it stays so");
}

}  // namespace

void fold_shown(const RowTable& tail, const RunView& view,
                std::map<std::pair<std::string, core::KeyKind>, Key>& keys) {
  std::map<std::string, RowColumns> fresh;
  for (const auto& [set, rows] : tail.groups())
    for (std::size_t k = 0; !set.system && k < set.keys.size(); ++k)
      append_column(fresh[set.keys[k]], rows, k);
  for (auto& [name, rows] : fresh) {
    keep_shown(rows, view, 0);
    if (rows.rows() == 0) continue;
    constexpr auto kKind = core::KeyKind::kHistory;
    Key& key = keys.try_emplace({name, kKind}, Key{name, kKind, {}}).first->second;
    const core::Points points = in_log_order(rows, kKind);
    core::fold(key.stats, points.steps, points.times_us, points.values);
  }
}

const RowTable& RunTail::rows() {
  if (!rows_) {
    check_size();
    rows_ = read();
  }
  return *rows_;
}

// Before the payloads are fetched: libpq holds a whole result in memory.
void RunTail::check_size() {
  const std::int64_t bytes =
      connection_.run(kTailSize, PgParams().uuid(run_.uuid().bytes)).bigint(0, 0);
  check_bytes(run_, bytes, limits_);
}

void RunTail::check_bytes(core::RunId run, std::int64_t bytes, const TailLimits& limits) {
  if (bytes > limits.payload_bytes) too_much(run, std::to_string(bytes >> 20) + " MiB of frames");
}

void RunTail::check_values(core::RunId run, std::size_t values, const TailLimits& limits) {
  if (values > limits.values)
    too_much(run, "more than " + std::to_string(limits.values) + " values");
}

RowTable RunTail::read() {
  RowTable table(next_row_);
  const PgResult rows = connection_.run(kTail, PgParams().uuid(run_.uuid().bytes));
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    table.add(spool::decode_frame(rows.bytes(i, 0)));
    check_values(run_, table.values(), limits_);
  }
  return table;
}

void RunTail::add_points(const Key& key, RowColumns& out) {
  for (const auto& [set, columns] : rows().groups()) {
    if (set.system != (key.kind == core::KeyKind::kSystem)) continue;
    const auto at = std::lower_bound(set.keys.begin(), set.keys.end(), key.name);
    if (at != set.keys.end() && *at == key.name)
      append_column(out, columns, static_cast<std::size_t>(at - set.keys.begin()));
  }
}

core::Points RunTail::points(const Key& key) {
  RowColumns rows;
  rows.values.resize(1);
  add_points(key, rows);
  return in_log_order(rows, key.kind);
}

}  // namespace tracker::storage
