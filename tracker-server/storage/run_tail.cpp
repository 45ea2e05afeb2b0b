#include "storage/run_tail.hpp"

#include <algorithm>
#include <memory>

namespace tracker::storage {
namespace {

constexpr const char* kTail = R"sql(
  SELECT w.writer_id, f.from_offset, f.to_offset, f.payload
  FROM writer_stream w JOIN frame f ON f.stream_id = w.id AND f.from_offset >= w.sealed_offset
  WHERE w.run_id = $1 ORDER BY f.id)sql";
}  // namespace

const std::vector<TailFrame>& RunTail::frames() {
  if (frames_) return *frames_;
  frames_.emplace();
  const PgResult rows = connection_.run(kTail, PgParams().uuid(run_.uuid().bytes));
  for (std::size_t i = 0; i < rows.rows(); ++i)
    frames_->push_back(
        {writer_id_of(rows.bytes(i, 0)), static_cast<std::uint64_t>(rows.bigint(i, 1)),
         static_cast<std::uint64_t>(rows.bigint(i, 2)),
         std::make_shared<const spool::Frame>(spool::decode_frame(rows.bytes(i, 3)))});
  return *frames_;
}

const RowTable& RunTail::rows() {
  if (rows_) return *rows_;
  rows_.emplace(next_row_);
  for (const TailFrame& frame : frames()) rows_->add(*frame.frame);
  return *rows_;
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
