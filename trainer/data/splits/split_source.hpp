#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "data/tables/row_source.hpp"

namespace trainer::data {

// Where the splits of a data set are. Implementations: a file, files by split, class folders.
class SplitSource {
 public:
  virtual ~SplitSource() = default;
  // Names of the splits, in order; {""} when there is one without a name, which every name means.
  virtual std::vector<std::string> splits() const = 0;
  virtual std::unique_ptr<RowTable> table(const std::string& split) const = 0;
  // For people and the run's config.
  virtual std::string origin(const std::string& split) const = 0;
};

// Finds a local file or directory, or asks the hub. Throws Error(kNotFound) when it is neither, and
// what the parts throw.
std::unique_ptr<SplitSource> open_source(const DatasetOptions& options, const hub::Hub* hub);

// "imdb" where its archive or the hub has to serve.
std::unique_ptr<SplitSource> open_imdb(const DatasetOptions& options, const hub::Hub* hub);

// A data set of the hub: see docs/data.md, Splits.
std::unique_ptr<SplitSource> open_hub_dataset(const DatasetOptions& options, const hub::Hub& hub);

// The columns that the options name.
Columns columns_of(const DatasetOptions& options);

}  // namespace trainer::data
