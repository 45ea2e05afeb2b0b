#pragma once

#include "data/raw_table.hpp"

namespace trainer::hub {
class Hub;
}

// The Large Movie Review Dataset (Maas et al. 2011) in the row order of the hub's stanfordnlp/imdb,
// wherever it is.
namespace trainer::data {

// Rows bundled with the program, which are the first of shuffle(seed=42) of each split.
inline constexpr std::uint64_t kBundledSeed = 42;
std::size_t bundled_rows(Split split) noexcept;  // 500 and 100

// A whole split and where it came from, or the bundled rows in the selection's order.
struct ImdbRows {
  RawTable table;
  std::string origin;
  bool already_selected = false;  // the table is the selection
};

// In this order: the archive that the options or $IMDB_ARCHIVE name; the bundled rows, when they
// are what is asked for; the hub (its cache first). Throws with all remedies when none has them.
ImdbRows read_imdb(const DatasetOptions& options, Split split, const Selection& selection,
                   const hub::Hub* hub);

}  // namespace trainer::data
