#pragma once

#include <memory>
#include <optional>

#include "data/dataset.hpp"
#include "data/tables/row_source.hpp"

// The Large Movie Review Dataset (Maas et al. 2011) in the row order of the hub's stanfordnlp/imdb,
// wherever it is: the archive that the options or $IMDB_ARCHIVE name; the bundled rows, when they
// are what is asked for; the hub (its cache first).
namespace trainer::data {

// Rows bundled with the program, which are the first of shuffle(seed=42) of each split.
inline constexpr std::uint64_t kBundledSeed = 42;
std::size_t bundled_rows(Split split) noexcept;  // 500 and 100

// The bundled rows of a split in the selection's order, when there is no archive and the selection
// is a part of them; else nullptr.
std::unique_ptr<RowTable> open_bundled(const DatasetOptions& options, Split split,
                                       const Selection& selection);

// What to do about an error of the hub when the rows were not bundled.
std::string imdb_remedy(Split split, const Selection& selection, const std::string& error);

}  // namespace trainer::data
