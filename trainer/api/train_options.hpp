#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <tracker/run.hpp>

#include "api/options.hpp"
#include "data/dataset.hpp"
#include "data/summary.hpp"
#include "data/tokens/token_cache.hpp"
#include "models/classifier.hpp"
#include "train/loop.hpp"

// From what the options say to what the parts take.
namespace trainer::api {

// Refuses what cannot work, before anything is read: Error(kUsage) or, for a part that this build
// lacks, Error(kUnsupported).
void check(const FineTuneOptions& arguments);

// Part of it: numbers within their ranges, words that are known. Error(kUsage) names the flag.
void check_ranges(const FineTuneOptions& arguments);

// "a, b" as {"a", "b"}; empty parts are left out.
std::vector<std::string> split(const std::string& list);

// All but what needs the data: class weights, directories. Throws Error(kUsage) naming the flag.
train::TrainingOptions training_options(const FineTuneOptions& arguments);
// --class-weights: empty for none; "balanced" as scikit-learn's compute_class_weight has it.
std::vector<float> class_weights(const FineTuneOptions& arguments,
                                 const std::vector<std::int64_t>& labels, std::size_t classes);
// `warn` is told what is wrong with the cache.
data::TokenCacheSettings token_cache(const TokenCacheOptions& options,
                                     std::function<void(std::string_view)> warn);
data::DatasetOptions dataset_options(const DataOptions& arguments, const std::string& source);
// Which rows; `samples` of them when that is given.
data::Selection selection(const DataOptions& arguments, std::optional<std::size_t> samples,
                          std::uint64_t shuffle_seed);

// "bert-base-uncased-20260131-142530": the model's name and now.
std::string generated_name(const std::string& model);

// The flags that say what is trained on and how, and their values, defaults filled in; absent ones
// null. Where it runs and is logged (project, names, caches) is left out.
nlohmann::ordered_json to_json(FineTuneOptions options);

// What the run's config tells beside the flags.
struct RunFacts {
  const models::Classifier& model;
  std::size_t max_length = 0;
  std::string origin;
  std::string fingerprint;
  std::int64_t rows = 0;
  const data::Summary* train = nullptr;       // null: streamed
  const data::Summary* evaluation = nullptr;  // null: none
};
tracker::RunSettings run_settings(const FineTuneOptions& arguments, const RunFacts& facts);

}  // namespace trainer::api
