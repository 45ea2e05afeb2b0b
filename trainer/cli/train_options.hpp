#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include <tracker/run.hpp>

#include "cli/arguments.hpp"
#include "data/dataset.hpp"
#include "data/summary.hpp"
#include "models/classifier.hpp"
#include "train/loop.hpp"

// From what the command line says to what the parts take.
namespace trainer::cli {

// Refuses what cannot work, before anything is read: Error(kUsage) or, for a part that this build
// lacks, Error(kUnsupported).
void check(const TrainArguments& arguments);

train::TrainingOptions training_options(const TrainArguments& arguments);
data::DatasetOptions dataset_options(const DataArguments& arguments, const std::string& source);
// Which rows; `samples` of them when that is given.
data::Selection selection(const DataArguments& arguments, std::optional<std::size_t> samples,
                          std::uint64_t shuffle_seed);
// Refuses data that the loss does not know: Error(kUnsupported) naming the problem type.
void require_single_label(const data::Dataset& dataset);

// "bert-base-uncased-20260131-142530": the model's name and now.
std::string generated_name(const std::string& model);

// Every flag and its value, defaults filled in; absent ones null.
nlohmann::ordered_json flags_as_json(const TrainArguments& arguments);

// What the run's config tells beside the flags.
struct RunFacts {
  const models::Classifier& model;
  std::size_t max_length = 0;
  std::string origin;
  std::string fingerprint;
  const data::Summary& train;
  const data::Summary* evaluation = nullptr;  // null: none
};
tracker::RunSettings run_settings(const TrainArguments& arguments, const RunFacts& facts);

}  // namespace trainer::cli
