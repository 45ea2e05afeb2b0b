#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "api/train_options.hpp"
#include "cli/command_inputs.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/token_arguments.hpp"
#include "nn/runtime.hpp"
#include "train/evaluate.hpp"

namespace trainer::cli {
namespace {

using Values = std::vector<std::pair<std::string, double>>;

Values values_of(const train::Evaluation& done, std::size_t samples) {
  Values values = {{"loss", done.loss}};
  values.insert(values.end(), done.metrics.begin(), done.metrics.end());
  values.emplace_back("samples", static_cast<double>(samples));
  values.emplace_back("runtime", done.runtime);
  values.emplace_back("samples_per_second", done.samples_per_second);
  return values;
}

std::string values_json(const Values& values) {
  nlohmann::ordered_json json;
  for (const auto& [name, value] : values) json[name] = value;
  return json.dump() + "\n";
}

std::string table_of(const Values& values) {
  std::string table;
  for (const auto& [name, value] : values) table += fmt::format("{:<20} {:.6g}\n", name, value);
  return table;
}

}  // namespace

int run_evaluate(const EvaluateArguments& arguments) {
  api::ModelFiles files = open_model(arguments.model, arguments.revision);
  api::require_head(files);
  data::DatasetOptions options = api::dataset_options(arguments.data, arguments.data.dataset);
  if (!options.problem_type) options.problem_type = files.config.problem();
  files.config.problem_type = options.problem_type;
  if (!models::are_unnamed(files.config.labels)) options.label_names = files.config.labels;
  if (*options.problem_type != data::ProblemType::kSingleLabel)
    options.label_count = static_cast<std::int64_t>(files.config.labels.size());
  const data::Dataset rows =
      data::read_dataset(options, data::Split::kTest,
                         api::selection(arguments.data, arguments.samples, arguments.shuffle_seed));
  const models::Classifier model =
      api::load_classifier(files, nn::compute_from_name(arguments.dtype), nn::Purpose::kInfer);
  const data::TokenArena arena =
      api::tokenize_rows(rows, files, api::text_limit(files, arguments.max_length, 512),
                         token_cache(arguments.token_cache));
  const train::Evaluation done =
      train::evaluate(model, arena, {.batch_size = arguments.batch_size});
  const Values values = values_of(done, arena.size());
  write_whole("-", arguments.json ? values_json(values) : table_of(values));
  return 0;
}

}  // namespace trainer::cli
