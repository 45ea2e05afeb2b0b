#pragma once

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "storage/row_table.hpp"
#include "storage/run_branches.hpp"
#include "storage/series_snapshot.hpp"

// What is read of one series, group by group, and how it becomes an answer. Inside of
// storage/series_snapshot.cpp, which decides what to fetch; series_decode.cpp decodes it, on any
// thread.
namespace tracker::storage {

inline constexpr std::size_t kNotWanted = static_cast<std::size_t>(-1);

// Rows to fetch, each once however many series need them.
class Wants {
 public:
  std::size_t add(const RowsWanted& wanted);
  const std::vector<RowsWanted>& list() const noexcept { return list_; }

 private:
  using Id = std::tuple<core::RunId, std::int32_t, std::int32_t, int, std::int64_t, std::int64_t>;
  std::map<Id, std::size_t> known_;
  std::vector<RowsWanted> list_;
};

// What a statement answered, beside what was asked of it.
struct Fetched {
  const WantedRows* pyramid = nullptr;
  const WantedRows* axes = nullptr;
  const WantedRows* columns = nullptr;
};

struct SeriesPart {
  const KeyGroup* group = nullptr;  // also says whose rows they are
  // Of a run that is forked or rewound: what is to be seen of them, and how many runs come before.
  const RunView* view = nullptr;
  std::size_t place = 0;
  Positions positions;                                       // rows that may lie in the range
  int level = 0;                                             // of the pyramid; 0: points
  std::size_t x_rows = kNotWanted, value_rows = kNotWanted;  // in `pyramid`

  // Of the buckets that were fetched, in the unit of x; the first has the number first_bucket.
  std::int64_t first_bucket = 0;
  std::vector<double> x_first, x_last;
  std::int64_t middle = 0;  // row with which the first of those begins that lies in the range

  // Rows to read as points: those at the ends of the range and behind the last full chunk.
  struct Span {
    Positions positions;
    std::size_t axis = kNotWanted, column = kNotWanted, x_column = kNotWanted;
  };
  std::vector<Span> spans;
};

// Rows that a bucket of the part's level stands for.
std::int64_t bucket_rows(const SeriesPart& part) noexcept;

struct SeriesPlan {
  const SeriesSlice* slice = nullptr;
  bool rises = true;    // log order is the order of x, and no row replaces another
  bool x_rises = true;  // as far as the buckets of an x_key tell
  std::int32_t key = 0, x_key = 0;
  std::vector<SeriesPart> parts;
  const RowTable* tail = nullptr;
  // Instead of it, of a run that is forked or rewound: the tails of its history.
  struct ViewedTail {
    const RowTable* rows = nullptr;
    const RunView* view = nullptr;
    std::size_t place = 0;
  };
  std::vector<ViewedTail> viewed_tails;

  bool bounded() const noexcept;
  bool bucketed() const noexcept;
  std::int64_t rows() const noexcept;
};

// Throws Error(kResourceExhausted) for a plan of more points than kMostRows.
void check_rows(const SeriesPlan& plan);

// May points be taken in log order, none of them replaced by a later one?
bool rises(const Key& key, core::Axis axis) noexcept;

// The edges of the buckets of a part, from its x_rows; without an x_key, from the edges of the
// group. Sees whether an x_key falls.
void decode_part_edges(SeriesPlan& plan, const WantedRows& pyramid, SeriesPart& part);
// The rows that must be read as points.
void find_spans(const SeriesPlan& plan, SeriesPart& part);

SliceData decode_slice(const SeriesPlan& plan, const Fetched& fetched);

}  // namespace tracker::storage
