#include "storage/series_snapshot.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

#include "core/parallel.hpp"
#include "core/pyramid.hpp"
#include "storage/series_part.hpp"
#include "storage/shared_statements.hpp"
#include "storage/snapshot_contents.hpp"

namespace tracker::storage {
namespace {

// Points in a bucket, and in a row, of the highest level.
constexpr auto kTopSize = static_cast<std::int64_t>(core::bucket_points(core::kLevels));
constexpr auto kTopRow = static_cast<std::int64_t>(core::row_points(core::kLevels));
// What is fetched at once. A row is about 10 bytes (values and steps), a bucket about 26.
constexpr std::int64_t kSeriesBatchBytes = 64 << 20;
constexpr std::int64_t kBytesPerRow = 10, kBytesPerBucket = 26;
// Below it another thread costs more than it does.
constexpr std::int64_t kWorthAThread = 1 << 20;

std::int64_t clamp_to_int(double value) {
  constexpr double kEdge = 9.2e18;
  if (value >= kEdge) return std::numeric_limits<std::int64_t>::max();
  if (value <= -kEdge) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

// Holds every stored x that lies in the range, and perhaps a neighbour.
core::Range stored_range(const SeriesSlice& slice) {
  const auto stored = [&](double x, double margin) {
    return clamp_to_int(x * slice.scale.per_unit + static_cast<double>(slice.scale.origin) +
                        margin);
  };
  return {slice.scale.axis, stored(slice.from, -2), stored(slice.to, 2)};
}

std::int64_t bytes_of(const SeriesPart& part) {
  if (part.level == 0) return part.positions.count() * kBytesPerRow;
  return part.positions.count() / static_cast<std::int64_t>(core::bucket_points(part.level)) *
         kBytesPerBucket;
}

std::int64_t bytes_of(const SeriesPlan& plan) {
  std::int64_t bytes = 0;
  for (const SeriesPart& part : plan.parts) bytes += bytes_of(part);
  return bytes;
}

}  // namespace

class SeriesSnapshot::Impl {
 public:
  Impl(Database& database, std::span<const core::RunId> runs,
       std::optional<std::vector<std::string>> names)
      : connection_(database.pg()),
        transaction_(*connection_, kBeginSnapshot),
        contents_(*connection_, runs, std::move(names)) {}

  SnapshotContents& contents() noexcept { return contents_; }

  std::vector<SliceData> read(std::span<const SeriesSlice> slices) {
    std::vector<SliceData> out(slices.size());
    contents_.load_groups();
    std::vector<SeriesPlan> plans;
    for (const SeriesSlice& slice : slices) plans.push_back(plan_of(slice));
    find_positions(plans);
    for (SeriesPlan& plan : plans) choose_levels(plan);
    for (std::size_t begin = 0; begin < plans.size();) {
      std::size_t end = begin;
      std::int64_t bytes = 0;
      while (end < plans.size() &&
             (end == begin || bytes + bytes_of(plans[end]) <= kSeriesBatchBytes))
        bytes += bytes_of(plans[end++]);
      read_batch(std::span(plans).subspan(begin, end - begin), bytes, out.data() + begin);
      begin = end;
    }
    return out;
  }

 private:
  SeriesPlan plan_of(const SeriesSlice& slice) const {
    const SnapshotContents::Entry& entry = contents_.entry(slice.run);
    SeriesPlan plan;
    plan.slice = &slice;
    plan.rises = slice.x_key != nullptr || rises(*slice.key, slice.scale.axis);
    const auto id_of = [&](const Key& key) {
      const auto found = entry.ids.find({key.name, key.kind});
      return found == entry.ids.end() ? 0 : found->second;
    };
    plan.key = id_of(*slice.key);
    if (slice.x_key != nullptr) plan.x_key = id_of(*slice.x_key);
    if (!entry.views.empty() && slice.key->kind == core::KeyKind::kHistory) {
      plan_views(entry.views, plan);
      return plan;
    }
    for (const KeyGroup* group : contents_.groups_of(slice.run, *slice.key)) {
      SeriesPart part;
      part.group = group;
      part.positions = {0, group->rows};
      plan.parts.push_back(std::move(part));
    }
    const bool system = slice.key->kind == core::KeyKind::kSystem;
    if (entry.tail)
      for (const auto& [set, rows] : entry.tail->groups())
        if (set.system == system &&
            std::binary_search(set.keys.begin(), set.keys.end(), slice.key->name))
          plan.tail = &*entry.tail;
    return plan;
  }

  // A history of several runs, or with rows taken back: read as points, never as buckets.
  void plan_views(const std::vector<RunView>& views, SeriesPlan& plan) const {
    const Key& key = *plan.slice->key;
    plan.rises = false;
    for (std::size_t place = 0; place < views.size(); ++place) {
      const SnapshotContents::Entry& entry = contents_.entry(views[place].run);
      if (const auto id = entry.ids.find({key.name, key.kind}); id != entry.ids.end())
        plan.key = id->second;  // one in all runs of a project
      for (const KeyGroup* group : contents_.groups_of(views[place].run, key)) {
        SeriesPart part;
        part.group = group;
        part.positions = {0, group->rows};
        part.view = &views[place];
        part.place = place;
        plan.parts.push_back(std::move(part));
      }
      if (entry.tail) plan.viewed_tails.push_back({&*entry.tail, &views[place], place});
    }
  }

  // Narrows the positions of bounded slices: among the highest buckets, then among the chunks at
  // both ends.
  void find_positions(std::vector<SeriesPlan>& plans) {
    Wants tops;
    for (SeriesPlan& plan : plans) {
      if (!plan.bounded() || !plan.rises) continue;
      for (SeriesPart& part : plan.parts)
        if (part.group->rows >= 2 * kTopSize)
          part.x_rows = tops.add({part.group->run, plan.x_key, part.group->number, core::kLevels, 0,
                                  (part.group->rows + kTopRow - 1) / kTopRow});
    }
    std::optional<WantedRows> rows;
    if (!tops.list().empty()) rows.emplace(read_pyramid(*connection_, tops.list()));
    std::vector<LocateWanted> wanted[2];  // by axis
    std::vector<SeriesPart*> located[2];
    for (SeriesPlan& plan : plans) {
      // Time is no order of a merged series: a row outside the range may replace one in it.
      if (!plan.bounded() || (!plan.rises && plan.slice->scale.axis == core::Axis::kTime &&
                              plan.slice->key->kind == core::KeyKind::kHistory))
        continue;
      const auto axis = static_cast<std::size_t>(plan.slice->scale.axis);
      std::vector<SeriesPart> rest;
      for (SeriesPart& part : plan.parts) {
        LocateWanted one{part.group->run, part.group->number, part.positions, part.positions, {}};
        if (part.x_rows != kNotWanted) windows(plan, *rows, part, one);
        if (plan.slice->x_key != nullptr) {
          narrow_by_key(one, part, rest);
          continue;
        }
        one.range = stored_range(*plan.slice);
        wanted[axis].push_back(one);
        located[axis].push_back(&part);
      }
      for (SeriesPart& part : rest) plan.parts.push_back(std::move(part));
    }
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const auto positions = storage::locate(*connection_, wanted[axis]);
      for (std::size_t i = 0; i < positions.size(); ++i) located[axis][i]->positions = positions[i];
    }
  }

  // Where the range begins and ends, as far as the highest buckets tell.
  static void windows(SeriesPlan& plan, const WantedRows& rows, SeriesPart& part,
                      LocateWanted& out) {
    part.level = core::kLevels;
    decode_part_edges(plan, rows, part);
    const auto count = static_cast<std::int64_t>(part.x_first.size());
    const auto first = std::lower_bound(part.x_last.begin(), part.x_last.end(), plan.slice->from) -
                       part.x_last.begin();
    const auto behind = std::upper_bound(part.x_first.begin(), part.x_first.end(), plan.slice->to) -
                        part.x_first.begin();
    out.first = {first * kTopSize, first == count ? part.group->rows : (first + 1) * kTopSize};
    const std::int64_t last = std::max<std::int64_t>(0, behind - 1);
    out.last = {last * kTopSize, behind == count ? part.group->rows : (last + 1) * kTopSize};
    part.level = 0;
    part.x_rows = kNotWanted;
    part.x_first.clear();
    part.x_last.clear();
  }

  // What lies behind the highest buckets is looked at in any case: x may fall there.
  static void narrow_by_key(const LocateWanted& window, SeriesPart& part,
                            std::vector<SeriesPart>& rest) {
    part.positions = {window.first.from, std::max(window.first.from, window.last.to)};
    const std::int64_t tops = part.group->rows / kTopSize * kTopSize;
    if (part.positions.to >= part.group->rows) return;
    SeriesPart behind;
    behind.group = part.group;
    behind.positions = {std::max(tops, part.positions.to), part.group->rows};
    rest.push_back(std::move(behind));
  }

  static void choose_levels(SeriesPlan& plan) {
    if (plan.rises && plan.slice->form != SeriesSlice::Form::kPoints)
      for (SeriesPart& part : plan.parts)
        part.level = core::level_for(static_cast<std::uint64_t>(part.positions.count()),
                                     std::max<std::size_t>(1, plan.slice->at_least));
    check_rows(plan);
  }

  void read_batch(std::span<SeriesPlan> plans, std::int64_t bytes, SliceData* out) {
    Wants buckets;
    for (SeriesPlan& plan : plans)
      for (SeriesPart& part : plan.parts) {
        if (part.level == 0) continue;
        const auto row = static_cast<std::int64_t>(core::row_points(part.level));
        const RowsWanted want{part.group->run,           plan.key,
                              part.group->number,        part.level,
                              part.positions.from / row, (part.positions.to + row - 1) / row};
        part.value_rows = buckets.add(want);
        RowsWanted x = want;
        x.key = plan.x_key;  // 0: the edges
        part.x_rows = buckets.add(x);
      }
    std::optional<WantedRows> pyramid;
    if (!buckets.list().empty()) pyramid.emplace(read_pyramid(*connection_, buckets.list()));
    Wants axes, columns;
    for (SeriesPlan& plan : plans)
      for (SeriesPart& part : plan.parts) {
        if (part.level > 0) decode_part_edges(plan, *pyramid, part);
        find_spans(plan, part);
        for (SeriesPart::Span& span : part.spans) want_span(plan, part, span, {&axes, &columns});
      }
    std::optional<WantedRows> axis_rows, column_rows;
    if (!axes.list().empty()) {
      axis_rows.emplace(read_axes(*connection_, axes.list()));
      column_rows.emplace(read_columns(*connection_, columns.list()));
    }
    const Fetched fetched{pyramid ? &*pyramid : nullptr, axis_rows ? &*axis_rows : nullptr,
                          column_rows ? &*column_rows : nullptr};
    const auto threads =
        bytes < kWorthAThread ? 1 : std::min(8U, std::thread::hardware_concurrency());
    core::parallel_for(plans.size(), threads,
                       [&](std::size_t i) { out[i] = decode_slice(plans[i], fetched); });
  }

  static void want_span(const SeriesPlan& plan, const SeriesPart& part, SeriesPart::Span& span,
                        std::pair<Wants*, Wants*> wants) {
    RowsWanted want{part.group->run,  0, part.group->number, 0, span.positions.from,
                    span.positions.to};
    span.axis = wants.first->add(want);
    want.key = plan.key;
    span.column = wants.second->add(want);
    if (plan.slice->x_key == nullptr) return;
    want.key = plan.x_key;
    span.x_column = wants.second->add(want);
  }

  Database::PgLease connection_;
  PgTransaction transaction_;
  SnapshotContents contents_;
};

SeriesSnapshot::SeriesSnapshot(Database& database, std::span<const core::RunId> runs,
                               std::optional<std::vector<std::string>> keys)
    : impl_(std::make_unique<Impl>(database, runs, std::move(keys))) {}
SeriesSnapshot::~SeriesSnapshot() = default;

const RunHead* SeriesSnapshot::find_run(core::RunId run) const {
  return impl_->contents().find_run(run);
}
const std::vector<Key>& SeriesSnapshot::keys(core::RunId run) const {
  return impl_->contents().keys(run);
}

const Key* SeriesSnapshot::find_key(core::RunId run, std::string_view name) const {
  const Key* found = nullptr;
  for (const Key& key : impl_->contents().keys(run))
    if (key.name == name && (found == nullptr || key.kind == core::KeyKind::kHistory)) found = &key;
  return found;
}

bool SeriesSnapshot::same_rows(core::RunId run, const Key& key, const Key& x_key) {
  return impl_->contents().same_rows(run, key, x_key);
}
std::vector<SliceData> SeriesSnapshot::read(std::span<const SeriesSlice> slices) {
  return impl_->read(slices);
}

}  // namespace tracker::storage
