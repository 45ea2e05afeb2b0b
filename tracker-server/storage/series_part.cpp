#include "storage/series_part.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <tracker/error.hpp>

#include "core/pyramid.hpp"

namespace tracker::storage {
namespace {

core::PyramidRow pyramid_row(const WantedRows::Row& row, int level) {
  return {row.payload, row.n, level};
}

}  // namespace

std::int64_t bucket_rows(const SeriesPart& part) noexcept {
  return static_cast<std::int64_t>(core::bucket_points(part.level));
}

std::size_t Wants::add(const RowsWanted& wanted) {
  const Id id{wanted.run, wanted.key, wanted.group, wanted.level, wanted.from, wanted.to};
  const auto [at, is_new] = known_.emplace(id, list_.size());
  if (is_new) list_.push_back(wanted);
  return at->second;
}

bool SeriesPlan::bounded() const noexcept {
  return std::isfinite(slice->from) || std::isfinite(slice->to);
}

bool SeriesPlan::bucketed() const noexcept {
  return std::any_of(parts.begin(), parts.end(), [](const auto& part) { return part.level > 0; });
}

std::int64_t SeriesPlan::rows() const noexcept {
  std::int64_t rows = 0;
  for (const SeriesPart& part : parts) rows += part.positions.count();
  return rows;
}

void check_rows(const SeriesPlan& plan) {
  std::int64_t rows = 0;
  for (const SeriesPart& part : plan.parts)
    if (part.level == 0) rows += part.positions.count();
  if (rows > kMostRows)
    throw Error(ErrorCode::kResourceExhausted,
                "`" + plan.slice->key->name + "` has " + std::to_string(rows) +
                    " points in the range that cannot be read as buckets, more than " +
                    std::to_string(kMostRows) + ": ask for a smaller range");
}

bool rises(const Key& key, core::Axis axis) noexcept {
  const bool merged = key.kind == core::KeyKind::kHistory && !key.stats.steps_rise;
  return !merged && (axis == core::Axis::kStep || key.stats.times_rise);
}

void decode_part_edges(SeriesPlan& plan, const WantedRows& pyramid, SeriesPart& part) {
  const auto rows = pyramid.of(part.x_rows);
  if (rows.size() == 0) return;
  part.first_bucket = pyramid.row(rows.begin).at *
                      static_cast<std::int64_t>(core::row_points(part.level)) / bucket_rows(part);
  if (plan.slice->x_key == nullptr) {
    core::EdgeColumns edges;
    for (std::size_t i = rows.begin; i < rows.end; ++i)
      core::decode_edges(pyramid_row(pyramid.row(i), part.level), plan.slice->scale.axis, edges);
    for (std::size_t i = 0; i < edges.first.size(); ++i) {
      part.x_first.push_back(plan.slice->scale.x(edges.first[i]));
      part.x_last.push_back(plan.slice->scale.x(edges.last[i]));
    }
    return;
  }
  core::PyramidColumns row;
  for (std::size_t i = rows.begin; i < rows.end; ++i) {
    core::decode_columns(pyramid_row(pyramid.row(i), part.level), row);
    for (std::size_t b = 0; b < row.buckets; ++b) {
      // A bucket whose first or last x is not its smallest or largest has a fall inside.
      if (row.first[b] != row.min[b] || row.last[b] != row.max[b] ||
          (!part.x_last.empty() && row.first[b] < part.x_last.back()))
        plan.x_rises = false;
      part.x_first.push_back(row.first[b]);
      part.x_last.push_back(row.last[b]);
    }
  }
}

void find_spans(const SeriesPlan& plan, SeriesPart& part) {
  const SeriesSlice& slice = *plan.slice;
  const auto add = [&](std::int64_t from, std::int64_t to) {
    from = std::max(from, part.positions.from);
    to = std::min(to, part.positions.to);
    if (from >= to) return;
    if (!part.spans.empty() && part.spans.back().positions.to == from)
      part.spans.back().positions.to = to;
    else
      part.spans.push_back({{from, to}, kNotWanted, kNotWanted, kNotWanted});
  };
  const std::int64_t size = bucket_rows(part);
  std::int64_t covered = part.positions.from;
  part.middle = part.positions.to;
  for (std::size_t i = 0; part.level > 0 && i < part.x_first.size(); ++i) {
    const std::int64_t from = (part.first_bucket + static_cast<std::int64_t>(i)) * size;
    covered = std::max(covered, from + size);
    const bool whole = from >= part.positions.from && from + size <= part.positions.to &&
                       part.x_first[i] >= slice.from && part.x_last[i] <= slice.to;
    const bool outside = part.x_last[i] < slice.from || part.x_first[i] > slice.to;
    if (whole) part.middle = std::min(part.middle, from);
    if (!whole && !outside) add(from, from + size);
  }
  add(covered, part.positions.to);
}

}  // namespace tracker::storage
