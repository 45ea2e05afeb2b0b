#include "storage/row_table.hpp"

#include <algorithm>
#include <numeric>
#include <variant>

namespace tracker::storage {
namespace {

// Columns of a row group in the order of its sorted, distinct keys. Of equal keys the last one
// stands.
struct Layout {
  KeySet keys;
  std::vector<std::size_t> columns;
};

template <class Wanted>
Layout layout_of(const spool::RowGroup& group, const Wanted& wanted) {
  std::vector<std::size_t> order;
  for (std::size_t k = 0; k < group.keys.size(); ++k)
    if (wanted(group.keys[k])) order.push_back(k);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return group.keys[a] < group.keys[b]; });
  Layout layout;
  layout.keys.system = group.system;
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (i + 1 < order.size() && group.keys[order[i]] == group.keys[order[i + 1]]) continue;
    layout.keys.keys.push_back(group.keys[order[i]]);
    layout.columns.push_back(order[i]);
  }
  return layout;
}

template <class T>
void append(std::vector<T>& to, const T* from, std::size_t count) {
  to.insert(to.end(), from, from + count);
}

// Puts the rows from `begin` on in log order. Two row groups of a frame may have the same key set
// in another order; their rows then interleave.
void sort_rows(RowColumns& columns, std::size_t begin) {
  if (std::is_sorted(columns.order.begin() + static_cast<std::ptrdiff_t>(begin),
                     columns.order.end()))
    return;
  std::vector<std::size_t> at(columns.rows() - begin);
  std::iota(at.begin(), at.end(), begin);
  std::sort(at.begin(), at.end(),
            [&](std::size_t a, std::size_t b) { return columns.order[a] < columns.order[b]; });
  const auto permute = [&](auto& column) {
    const auto copy = column;
    for (std::size_t i = 0; i < at.size(); ++i) column[begin + i] = copy[at[i]];
  };
  permute(columns.steps);
  permute(columns.times_us);
  permute(columns.order);
  for (auto& column : columns.values) permute(column);
}

}  // namespace

void append_rows(RowColumns& to, const RowColumns& from, std::size_t begin, std::size_t count) {
  append(to.steps, from.steps.data() + begin, count);
  append(to.times_us, from.times_us.data() + begin, count);
  append(to.order, from.order.data() + begin, count);
  to.values.resize(from.values.size());
  for (std::size_t k = 0; k < from.values.size(); ++k)
    append(to.values[k], from.values[k].data() + begin, count);
}

void append_column(RowColumns& to, const RowColumns& from, std::size_t column) {
  append(to.steps, from.steps.data(), from.rows());
  append(to.times_us, from.times_us.data(), from.rows());
  append(to.order, from.order.data(), from.rows());
  to.values.resize(1);
  append(to.values[0], from.values[column].data(), from.rows());
}

core::Points in_log_order(const RowColumns& rows, core::KeyKind kind) {
  std::vector<std::size_t> at(rows.rows());
  std::iota(at.begin(), at.end(), std::size_t{0});
  if (!std::is_sorted(rows.order.begin(), rows.order.end()))
    std::sort(at.begin(), at.end(),
              [&](std::size_t a, std::size_t b) { return rows.order[a] < rows.order[b]; });
  core::Points points;
  points.times_us.reserve(at.size());
  points.values.reserve(at.size());
  for (const std::size_t i : at) {
    if (kind == core::KeyKind::kHistory) points.steps.push_back(rows.steps[i]);
    points.times_us.push_back(rows.times_us[i]);
    points.values.push_back(rows.values[0][i]);
  }
  return points;
}

bool RowTable::wants(const std::string& key) const {
  return !only_ || std::binary_search(only_->begin(), only_->end(), key);
}

void RowTable::add(const spool::Frame& frame) {
  // The record stands before all rows of its writer.
  for (const spool::Record& record : frame.records)
    if (const auto* branch = std::get_if<spool::Branch>(&record);
        branch != nullptr && branch->kind == spool::BranchKind::kRewind)
      rewinds_.push_back({next_row_, branch->step});
  std::int64_t rows = 0;
  for (const spool::RowGroup& group : frame.groups) {
    const std::size_t count = group.rows();
    if (count == 0 || group.keys.empty()) continue;
    for (const std::uint32_t order : group.order) rows = std::max(rows, std::int64_t{order} + 1);
    Layout layout = layout_of(group, [&](const std::string& key) { return wants(key); });
    if (layout.columns.empty()) continue;
    RowColumns& columns = groups_[layout.keys];
    columns.values.resize(layout.columns.size());
    const auto frame_begin =
        std::ranges::lower_bound(columns.order, next_row_) - columns.order.begin();
    if (group.system)
      columns.steps.resize(columns.steps.size() + count, 0);
    else
      append(columns.steps, group.steps.data(), count);
    append(columns.times_us, group.times_us.data(), count);
    for (const std::uint32_t order : group.order) columns.order.push_back(next_row_ + order);
    for (std::size_t k = 0; k < layout.columns.size(); ++k)
      append(columns.values[k], group.values.data() + layout.columns[k] * count, count);
    sort_rows(columns, static_cast<std::size_t>(frame_begin));
    values_ += layout.columns.size() * count;
  }
  next_row_ += rows;
}

void RowTable::split(const KeySet& keys) {
  auto node = groups_.extract(keys);
  if (node.empty()) return;
  RowColumns& from = node.mapped();
  for (std::size_t k = 0; k < keys.keys.size(); ++k) {
    RowColumns& to = groups_[KeySet{keys.system, {keys.keys[k]}}];
    append_column(to, from, k);
    sort_rows(to, 0);
  }
}

}  // namespace tracker::storage
