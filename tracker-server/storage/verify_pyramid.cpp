#include "storage/verify_pyramid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include <tracker/error.hpp>

#include "core/buckets.hpp"
#include "core/pyramid.hpp"
#include "storage/checksum.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kRows = R"sql(
  SELECT n, payload, crc32c FROM pyramid
  WHERE run_id = $1 AND key_id = $2 AND group_no = $3 AND level = $4 AND block = $5)sql";
constexpr const char* kCountBuckets = R"sql(
  SELECT key_id, count(*) FROM pyramid WHERE run_id = $1 AND group_no = $2 GROUP BY key_id)sql";
constexpr const char* kMend =
    "restore the run from a backup; until then zoomed-out charts are wrong";

// A row of level 2 has the buckets of 32 chunks, a bucket of level 3 those of 8.
constexpr std::int64_t kChunksPerRow2 = 32, kChunksPerBucket3 = 8;

std::vector<core::Bucket> base_of(const RowColumns& column) {
  std::vector<core::Bucket> out;
  for (std::size_t i = 0; i < column.rows(); ++i) {
    if (i % core::kBasePoints == 0) out.emplace_back();
    core::add(out.back(), column.steps[i], column.times_us[i], column.values[0][i]);
  }
  return out;
}

bool equal_edges(const core::Bucket& a, const core::Bucket& b) {
  return a.step_first == b.step_first && a.step_last == b.step_last &&
         a.time_first_us == b.time_first_us && a.time_last_us == b.time_last_us;
}

bool equal_values(const core::Bucket& a, const core::Bucket& b) {
  return same(a.min, b.min) && same(a.max, b.max) && same(a.sum, b.sum) && same(a.first, b.first) &&
         same(a.last, b.last) && a.nonfinite == b.nonfinite;
}

bool equal_row(const core::PyramidRow& stored, std::int32_t key,
               const std::vector<core::Bucket>& expected) {
  const auto compare = [](const auto& a, const auto& b, const auto& equal) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), equal);
  };
  if (key == 0) return compare(core::decode_edges(stored), expected, equal_edges);
  const auto got = core::decode_values(stored);
  if (stored.level > 1 || stored.of_pairs()) return compare(got, expected, equal_values);
  // Level 1 rounds its means: what is made of the chunks goes the same way.
  const std::string again = core::encode_values(expected, stored.level);
  return compare(got, core::decode_values({again, expected.size(), stored.level}), equal_values);
}

void append(std::vector<core::Bucket>& to, const std::vector<core::Bucket>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

void PyramidCheck::add(std::int32_t key, std::int64_t chunk, const RowColumns& column) {
  const std::vector<core::Bucket> base = base_of(column);
  Rows& open = open_[key];
  Rows& done = done_[key];
  done[{1, chunk}] = core::level1_of(base);
  const std::int64_t block2 = chunk / kChunksPerRow2;
  std::vector<core::Bucket>& row2 = open[{2, block2}];
  append(row2, core::level2_of(base));
  if ((chunk + 1) % kChunksPerBucket3 == 0) {
    const std::int64_t bucket = chunk / kChunksPerBucket3;
    const Place place{3, bucket / static_cast<std::int64_t>(core::kBlockBuckets)};
    append(open[place], core::coarsen(std::span(row2).last(core::kFanOut), core::kFanOut));
    if (open[place].size() == core::kBlockBuckets) done.insert(open.extract(place));
  }
  if ((chunk + 1) % kChunksPerRow2 == 0) done.insert(open.extract({2, block2}));
}

void PyramidCheck::flush() {
  for (const auto& [key, rows] : done_) compare(rows, key);
  done_.clear();
}

void PyramidCheck::finish() {
  for (auto& [key, rows] : open_) done_[key].merge(rows);
  open_.clear();
  flush();
  const PgResult counted =
      connection_.run(kCountBuckets, PgParams().uuid(run_.uuid().bytes).integer(group_.number));
  for (std::size_t i = 0; i < counted.rows(); ++i) {
    const std::int32_t key = counted.integer(i, 0);
    const bool of_group =
        key == 0 || std::find(group_.keys.begin(), group_.keys.end(), key) != group_.keys.end();
    if (!trusted(key)) continue;
    const auto stored = static_cast<std::uint64_t>(counted.bigint(i, 1));
    if (!of_group || stored > made_[key])
      report_.add("pyramid_surplus", fmt::format("group {}, key {}", group_.number, key),
                  fmt::format("{} rows of the pyramid lie where {} belong", stored,
                              of_group ? made_[key] : 0),
                  kMend);
  }
}

bool PyramidCheck::trusted(std::int32_t key) const {
  return key == 0 ? group_.axis_trusted : !group_.untrusted.contains(key);
}

std::string PyramidCheck::where(std::int32_t key, const Place& place) const {
  const auto name = names_.find(key);
  return fmt::format("{}, group {}, level {}, block {}",
                     key == 0               ? "edges"
                     : name == names_.end() ? fmt::format("key {}", key)
                                            : "key " + name->second,
                     group_.number, place.level, place.block);
}

void PyramidCheck::compare(const Rows& rows, std::int32_t key) {
  if (!trusted(key)) return;
  for (const auto& [place, expected] : rows) {
    ++made_[key];
    const PgResult row =
        connection_.run(kRows, PgParams()
                                   .uuid(run_.uuid().bytes)
                                   .integer(key)
                                   .integer(group_.number)
                                   .smallint(static_cast<std::int16_t>(place.level))
                                   .bigint(place.block));
    if (row.rows() == 0) {
      --made_[key];
      report_.add("pyramid_missing", where(key, place), "the row is not there", kMend);
      continue;
    }
    report_.counts().bytes += row.bytes(0, 1).size();
    if (!row.is_null(0, 2) && row.integer(0, 2) != checksum_of(row.bytes(0, 1))) {
      report_.add("pyramid_checksum", where(key, place), "the payload is not what was written",
                  kMend);
      continue;
    }
    try {
      const core::PyramidRow stored{row.bytes(0, 1), static_cast<std::size_t>(row.integer(0, 0)),
                                    place.level};
      if (!equal_row(stored, key, expected))
        report_.add("pyramid_differs", where(key, place), "it is not what the chunks give", kMend);
    } catch (const Error& error) {
      report_.add("pyramid_damaged", where(key, place), error.what(), kMend);
    }
  }
}

}  // namespace tracker::storage
