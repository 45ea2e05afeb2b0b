#include <ATen/core/Tensor.h>
#include <ATen/ops/mul.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "api/text_classifier.hpp"
#include "api/train_options.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/shown_model.hpp"
#include "cli/token_arguments.hpp"
#include "cli/transfer_display.hpp"
#include "config/error.hpp"
#include "data/tokens/packed_batch.hpp"
#include "models/export.hpp"
#include "nn/loss.hpp"
#include "nn/runtime.hpp"
#include "train/evaluate.hpp"
#include "train/objective.hpp"

// The commands that look at a finished classifier: predict, evaluate, gradcheck.
namespace trainer::cli {
namespace {

using api::ModelFiles;

models::Classifier load(ModelFiles& files, const std::string& dtype, nn::Purpose purpose) {
  api::require_head(files);
  models::check_fit(files.config, files.tensors, files.adapter);
  models::Classifier model(files.config, nn::compute_from_name(dtype), purpose);
  api::load_weights(model, files);
  return model;
}

std::string line_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string prediction_line(const Prediction& said, data::ProblemType problem,
                            const std::vector<std::string>& labels) {
  nlohmann::ordered_json there = nlohmann::json::array();
  switch (problem) {
    case data::ProblemType::kMultiLabel:
      for (std::size_t k = 0; k < said.logits.size(); ++k)
        if (said.logits[k] > 0.0F) there.push_back(labels[k]);
      return line_of({{"labels", there}, {"scores", said.probabilities}, {"logits", said.logits}});
    case data::ProblemType::kRegression:
      return line_of({{"scores", said.logits}, {"logits", said.logits}});
    case data::ProblemType::kSingleLabel:
      break;
  }
  return line_of({{"label", labels[said.label]},
                  {"score", said.probabilities[said.label]},
                  {"logits", said.logits}});
}

void write_output(const std::string& name, const std::string& text) {
  Output output(name);
  output.write(text);
  output.commit();
}

}  // namespace

int run_predict(const PredictArguments& arguments) {
  TransferDisplay display(transfer_style_of_terminal());
  const TextClassifier model =
      TextClassifier::load(arguments.model, {.revision = arguments.revision,
                                             .dtype = arguments.dtype,
                                             .max_length = arguments.max_length,
                                             .batch_size = arguments.batch_size,
                                             .downloads = display.progress()});
  display.finish();
  const data::Dataset rows = read_lines(arguments.input, Labels::kIgnored);
  std::string text;
  for (const Prediction& said : model.predict(rows))
    text += prediction_line(said, model.problem_type(), model.labels());
  write_output(arguments.output, text);
  return 0;
}

int run_evaluate(const EvaluateArguments& arguments) {
  ModelFiles files = open_model(arguments.model, arguments.revision);
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
  const models::Classifier model = load(files, arguments.dtype, nn::Purpose::kInfer);
  const data::TokenArena arena =
      api::tokenize_rows(rows, files, api::text_limit(files, arguments.max_length, 512),
                         token_cache(arguments.token_cache));
  const train::Evaluation done =
      train::evaluate(model, arena, {.batch_size = arguments.batch_size});
  std::vector<std::pair<std::string, double>> values = {{"loss", done.loss}};
  values.insert(values.end(), done.metrics.begin(), done.metrics.end());
  values.emplace_back("samples", static_cast<double>(arena.size()));
  values.emplace_back("runtime", done.runtime);
  values.emplace_back("samples_per_second", done.samples_per_second);
  if (arguments.json) {
    nlohmann::ordered_json json;
    for (const auto& [name, value] : values) json[name] = value;
    write_output("-", json.dump() + "\n");
    return 0;
  }
  std::string table;
  for (const auto& [name, value] : values) table += fmt::format("{:<20} {:.6g}\n", name, value);
  write_output("-", table);
  return 0;
}

int run_gradcheck(const GradcheckArguments& arguments) {
  ModelFiles files = open_model(arguments.model, arguments.revision);
  if (files.config.problem() != data::ProblemType::kSingleLabel) {
    throw Error(ErrorCode::kUnsupported, files.directory.string() +
                                             ": gradcheck reads class indices; this model is for " +
                                             std::string(data::name_of(files.config.problem())));
  }
  models::override_dropout(files.config, 0.0);
  models::Classifier model = load(files, arguments.dtype, nn::Purpose::kTrain);
  const data::Dataset rows = read_lines(arguments.input, Labels::kRequired);
  if (rows.rows.empty()) throw Error(ErrorCode::kInvalidInput, rows.origin + ": no rows");
  const std::size_t limit = api::text_limit(files, arguments.max_length,
                                            static_cast<std::size_t>(files.config.max_tokens()));
  const data::TokenArena arena = api::tokenize_rows(rows, files, limit);
  train::check_labels(arena, model.config(), rows.origin);
  std::vector<std::int64_t> all(arena.size());
  std::iota(all.begin(), all.end(), 0);
  const data::PackedBatch batch = data::pack(arena, all);
  nn::Pass pass(nn::Mode::kTrain);
  const at::Tensor loss = at::mul(nn::cross_entropy_sum(model.forward(batch, pass), batch.labels),
                                  1.0 / static_cast<double>(batch.sequences()));
  torch::autograd::backward({loss}, {});
  models::write_gradients(model, arguments.output);
  fmt::print("loss {:.9g}\n", loss.item<double>());
  return 0;
}

}  // namespace trainer::cli
