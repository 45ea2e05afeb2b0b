#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

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

// "a, b" as {"a", "b"}; empty parts are left out.
std::vector<std::string> split(const std::string& list);

// All but what needs the data: class weights, directories. Throws Error(kUsage) naming the flag.
train::TrainingOptions training_options(const TrainArguments& arguments);
// --class-weights: empty for none; "balanced" as scikit-learn's compute_class_weight has it.
std::vector<float> class_weights(const TrainArguments& arguments,
                                 const std::vector<std::int64_t>& labels, std::size_t classes);
data::DatasetOptions dataset_options(const DataArguments& arguments, const std::string& source);
// Which rows; `samples` of them when that is given.
data::Selection selection(const DataArguments& arguments, std::optional<std::size_t> samples,
                          std::uint64_t shuffle_seed);

// "bert-base-uncased-20260131-142530": the model's name and now.
std::string generated_name(const std::string& model);

// The flags that say what is trained on and how, and their values, defaults filled in; absent ones
// null. Where it runs and is logged (project, names, caches) is left out.
nlohmann::ordered_json flags_as_json(TrainArguments arguments);

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
