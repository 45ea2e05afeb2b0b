#pragma once

#include <string>
#include <vector>

#include "data/raw_table.hpp"
#include "hub/hub.hpp"

// Datasets of the hub whose repository holds CSV, JSON or Parquet files, one or more a split.
namespace trainer::data {

// Of a repository's files those of one split, in order: the split's name is a folder, or begins the
// file's name
// ("train-00000-of-00002.parquet", "train.csv"). Parquet is preferred to JSON, JSON to CSV. Throws
// kInvalidInput when there are none or they lie in several folders (several configurations).
// `repository` is for messages.
std::vector<std::string> split_files(const std::vector<std::string>& files, Split split,
                                     const std::string& repository);

RawTable read_hub_dataset(const hub::Hub& hub, const std::string& id, Split split,
                          const Columns& columns);

}  // namespace trainer::data
