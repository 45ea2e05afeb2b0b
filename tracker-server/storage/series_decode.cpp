#include <algorithm>
#include <limits>
#include <numeric>

#include "core/codec.hpp"
#include "core/columns.hpp"
#include "core/pyramid.hpp"
#include "storage/series_part.hpp"

namespace tracker::storage {
namespace {

// A part of the axis payload, and nothing of the columns before it.
void decode_axis(std::string_view payload, int column, std::size_t n,
                 std::vector<std::int64_t>& out) {
  for (int i = 0; i < column; ++i) core::take_column(payload, "stored axis");
  out.resize(n);
  core::decode_integers(core::take_column(payload, "stored axis"), out);
}

// The rows of a span, chunk by chunk.
class SpanReader {
 public:
  SpanReader(const Fetched& fetched, const SeriesPart::Span& span)
      : fetched_(fetched), span_(span) {}

  // work(axis payload, values, x values, n, first, last): rows [first, last) of the chunk.
  template <class Work>
  void each(const Work& work) {
    const auto axis = fetched_.axes->of(span_.axis);
    const auto column = fetched_.columns->of(span_.column);
    if (axis.size() != column.size()) missing();
    for (std::size_t i = 0; i < axis.size(); ++i) {
      const auto a = fetched_.axes->row(axis.begin + i);
      const auto n = static_cast<std::int64_t>(a.n);
      decode(fetched_.columns->row(column.begin + i), a, values_);
      if (span_.x_column != kNotWanted) {
        const auto x = fetched_.columns->of(span_.x_column);
        if (x.size() != axis.size()) missing();
        decode(fetched_.columns->row(x.begin + i), a, x_values_);
      }
      work(a, values_, x_values_,
           Positions{std::max<std::int64_t>(0, span_.positions.from - a.at),
                     std::min(n, span_.positions.to - a.at)});
    }
  }

 private:
  [[noreturn]] static void missing() {
    throw Error(ErrorCode::kDataLoss, "stored chunks of a series are missing");
  }
  static void decode(const WantedRows::Row& row, const WantedRows::Row& axis,
                     std::vector<double>& out) {
    if (row.at != axis.at || row.n != axis.n)
      throw Error(ErrorCode::kDataLoss, "stored chunks of a series do not match their axis");
    out.resize(row.n);
    core::decode_doubles(row.payload, out);
  }

  const Fetched& fetched_;
  const SeriesPart::Span& span_;
  std::vector<double> values_, x_values_;
};

class SliceDecoder {
 public:
  SliceDecoder(const SeriesPlan& plan, const Fetched& fetched)
      : plan_(plan), slice_(*plan.slice), fetched_(fetched) {
    data_.usable = plan.x_rises;
  }

  SliceData decode() {
    data_.bucketed = plan_.bucketed();
    if (!data_.usable) return std::move(data_);
    if (slice_.form == SeriesSlice::Form::kGrid) data_.grid.emplace(slice_.extent);
    if (!plan_.rises) {
      merge();
      return std::move(data_);
    }
    if (slice_.form == SeriesSlice::Form::kPoints && !plan_.bounded())
      data_.points.reserve(static_cast<std::size_t>(plan_.rows()));
    for (const SeriesPart& part : plan_.parts) add_part(part);
    add_tail();
    if (data_.bucketed)
      flush_points(1);
    else
      sort_points();
    if (!data_.bucketed) data_.grid.reset();
    std::stable_sort(data_.fine.begin(), data_.fine.end(),
                     [](const auto& a, const auto& b) { return a.x_first < b.x_first; });
    return std::move(data_);
  }

 private:
  bool within(double x) const noexcept { return x >= slice_.from && x <= slice_.to; }
  bool many() const noexcept { return plan_.parts.size() > 1 || plan_.tail != nullptr; }

  void add_part(const SeriesPart& part) {
    const auto size = static_cast<std::size_t>(bucket_rows(part));
    data_.bucket_points = std::max(data_.bucket_points, size);
    const auto add_spans = [&](bool ahead) {
      for (const SeriesPart::Span& span : part.spans)
        if ((span.positions.to <= part.middle) == ahead) add_span(span);
      if (data_.bucketed) flush_points(size);
    };
    add_spans(true);
    if (part.level > 0) add_buckets(part);
    add_spans(false);
  }

  void add_buckets(const SeriesPart& part) {
    core::PyramidColumns row;
    const auto rows = fetched_.pyramid->of(part.value_rows);
    const std::int64_t size = bucket_rows(part);
    std::size_t at = 0;  // bucket, counted from the first fetched
    for (std::size_t i = rows.begin; i < rows.end; ++i) {
      const WantedRows::Row pyramid_row = fetched_.pyramid->row(i);
      core::decode_columns({pyramid_row.payload, pyramid_row.n, part.level}, row);
      for (std::size_t b = 0; b < row.buckets; ++b, ++at) {
        if (at >= part.x_first.size())
          throw Error(ErrorCode::kDataLoss, "the pyramid of a series is incomplete");
        const std::int64_t from = (part.first_bucket + static_cast<std::int64_t>(at)) * size;
        if (from < part.positions.from || from + size > part.positions.to) continue;
        if (!within(part.x_first[at]) || !within(part.x_last[at])) continue;
        check_rise(part.x_first[at], part.x_last[at]);
        add({part.x_first[at], part.x_last[at], row.min[b], row.max[b], row.sum[b], row.first[b],
             row.last[b], static_cast<std::uint64_t>(size),
             static_cast<std::uint64_t>(row.nonfinite[b])});
      }
    }
    if (at != part.x_first.size())
      throw Error(ErrorCode::kDataLoss, "the pyramid of a series is incomplete");
  }

  // Only an x_key can fall.
  void check_rise(double first, double last) {
    if (slice_.x_key != nullptr && first < before_) data_.usable = false;
    before_ = last;
  }

  void add(const core::XBucket& bucket) {
    if (data_.grid)
      data_.grid->add(bucket);
    else
      data_.fine.push_back(bucket);
  }

  // Points gathered so far become buckets of that size.
  void flush_points(std::size_t size) {
    for (const double x : data_.points.x) check_rise(x, x);
    if (data_.grid)
      for (std::size_t i = 0; i < data_.points.size(); ++i)
        data_.grid->add(core::bucket_of(data_.points.x[i], data_.points.y[i]));
    else
      for (const core::XBucket& bucket : core::cut(data_.points, size))
        data_.fine.push_back(bucket);
    data_.points = {};
    order_.clear();
  }

  void add_span(const SeriesPart::Span& span) {
    const int axis_column = slice_.scale.axis == core::Axis::kStep ? 0 : 1;
    SpanReader(fetched_, span)
        .each([&](const WantedRows::Row& axis, const std::vector<double>& values,
                  const std::vector<double>& x_values, const Positions& rows) {
          if (slice_.x_key == nullptr) decode_axis(axis.payload, axis_column, axis.n, axis_);
          if (many()) decode_axis(axis.payload, 2, axis.n, order_of_chunk_);
          for (auto r = rows.from; r < rows.to; ++r) {
            const auto at = static_cast<std::size_t>(r);
            const double x = slice_.x_key == nullptr ? slice_.scale.x(axis_[at]) : x_values[at];
            if (!within(x)) continue;
            data_.points.add(x, values[at]);
            if (many()) order_.push_back(order_of_chunk_[at]);
          }
        });
  }

  void add_tail() {
    if (plan_.tail == nullptr) return;
    for (const auto& [set, rows] : plan_.tail->groups()) {
      const auto column = column_of(set, *slice_.key);
      if (column == kNotWanted) continue;
      const auto x_column = slice_.x_key == nullptr ? kNotWanted : column_of(set, *slice_.x_key);
      const auto& axis = slice_.scale.axis == core::Axis::kStep ? rows.steps : rows.times_us;
      for (std::size_t r = 0; r < rows.rows(); ++r) {
        const double x =
            x_column == kNotWanted ? slice_.scale.x(axis[r]) : rows.values[x_column][r];
        if (!within(x)) continue;
        data_.points.add(x, rows.values[column][r]);
        order_.push_back(rows.order[r]);
      }
    }
  }

  static std::size_t column_of(const KeySet& set, const Key& key) {
    if (set.system != (key.kind == core::KeyKind::kSystem)) return kNotWanted;
    const auto at = std::lower_bound(set.keys.begin(), set.keys.end(), key.name);
    if (at == set.keys.end() || *at != key.name) return kNotWanted;
    return static_cast<std::size_t>(at - set.keys.begin());
  }

  // Log order is the order of x; groups come one behind the other.
  void sort_points() {
    if (!many() || std::is_sorted(order_.begin(), order_.end())) return;
    std::vector<std::size_t> at(order_.size());
    std::iota(at.begin(), at.end(), std::size_t{0});
    std::sort(at.begin(), at.end(),
              [&](std::size_t a, std::size_t b) { return order_[a] < order_[b]; });
    core::XyPoints sorted;
    for (const std::size_t i : at) sorted.add(data_.points.x[i], data_.points.y[i]);
    data_.points = std::move(sorted);
  }

  // A later row of equal step replaces an earlier one.
  void merge() {
    RowColumns all;
    all.values.resize(1);
    for (const SeriesPart& part : plan_.parts)
      for (const SeriesPart::Span& span : part.spans)
        SpanReader(fetched_, span)
            .each([&](const WantedRows::Row& axis, const std::vector<double>& values,
                      const std::vector<double>&, const Positions& rows) {
              RowColumns chunk;
              decode_axis(axis.payload, 0, axis.n, chunk.steps);
              decode_axis(axis.payload, 1, axis.n, chunk.times_us);
              decode_axis(axis.payload, 2, axis.n, chunk.order);
              chunk.values.push_back(values);
              RowColumns shown;
              append_rows(shown, chunk, static_cast<std::size_t>(rows.from),
                          static_cast<std::size_t>(rows.count()));
              if (part.view != nullptr) keep_shown(shown, *part.view, part.place);
              append_rows(all, shown, 0, shown.rows());
            });
    if (plan_.tail != nullptr)
      for (const auto& [set, rows] : plan_.tail->groups())
        if (const auto column = column_of(set, *slice_.key); column != kNotWanted)
          append_column(all, rows, column);
    for (const SeriesPlan::ViewedTail& tail : plan_.viewed_tails) add_viewed(tail, all);
    const core::Points points = core::merge_later_wins(in_log_order(all, slice_.key->kind));
    const auto& axis = slice_.scale.axis == core::Axis::kStep ? points.steps : points.times_us;
    for (std::size_t i = 0; i < points.size(); ++i)
      if (const double x = slice_.scale.x(axis[i]); within(x))
        data_.points.add(x, points.values[i]);
    sort_by_x();
    data_.grid.reset();
  }

  void add_viewed(const SeriesPlan::ViewedTail& tail, RowColumns& all) const {
    for (const auto& [set, rows] : tail.rows->groups()) {
      const auto column = column_of(set, *slice_.key);
      if (column == kNotWanted) continue;
      RowColumns shown;
      append_column(shown, rows, column);
      keep_shown(shown, *tail.view, tail.place);
      append_rows(all, shown, 0, shown.rows());
    }
  }

  // Times may fall where steps rise.
  void sort_by_x() {
    core::XyPoints& points = data_.points;
    if (core::rises(points.x)) return;
    std::vector<std::size_t> at(points.size());
    std::iota(at.begin(), at.end(), std::size_t{0});
    std::stable_sort(at.begin(), at.end(),
                     [&](std::size_t a, std::size_t b) { return points.x[a] < points.x[b]; });
    core::XyPoints sorted;
    for (const std::size_t i : at) sorted.add(points.x[i], points.y[i]);
    points = std::move(sorted);
  }

  const SeriesPlan& plan_;
  const SeriesSlice& slice_;
  const Fetched& fetched_;
  SliceData data_;
  double before_ = -std::numeric_limits<double>::infinity();
  std::vector<std::int64_t> order_, axis_, order_of_chunk_;
};

}  // namespace

SliceData decode_slice(const SeriesPlan& plan, const Fetched& fetched) {
  return SliceDecoder(plan, fetched).decode();
}

}  // namespace tracker::storage
