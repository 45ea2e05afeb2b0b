#include <ATen/core/Tensor.h>
#include <ATen/ops/mul.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/commands.hpp"
#include "cli/model_files.hpp"
#include "cli/output.hpp"
#include "cli/token_arguments.hpp"
#include "cli/train_options.hpp"
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

models::Classifier load(ModelFiles& files, const std::string& dtype, nn::Purpose purpose) {
  require_head(files);
  models::check(models::plan_load(files.config, files.tensors).report);
  models::Classifier model(files.config, nn::compute_from_name(dtype), purpose);
  load_weights(model, files);
  return model;
}

std::string line_of(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

// Of several labels: those that are there, and the probability of each.
std::string labels_line(std::span<const float> logits, const std::vector<std::string>& labels) {
  nlohmann::ordered_json there = nlohmann::json::array(), scores = nlohmann::json::array();
  for (std::size_t k = 0; k < logits.size(); ++k) {
    scores.push_back(1.0 / (1.0 + std::exp(-static_cast<double>(logits[k]))));
    if (logits[k] > 0.0F) there.push_back(labels[k]);
  }
  return line_of({{"labels", there}, {"scores", scores}, {"logits", logits}});
}

std::string prediction_line(std::span<const float> logits, const std::vector<std::string>& labels) {
  const float top = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float x : logits) sum += std::exp(static_cast<double>(x) - static_cast<double>(top));
  const auto best =
      static_cast<std::size_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  const nlohmann::ordered_json line = {
      {"label", labels[best]}, {"score", 1.0 / sum}, {"logits", logits}};
  return line_of(line);
}

std::string prediction_line(data::ProblemType problem, std::span<const float> logits,
                            const std::vector<std::string>& labels) {
  switch (problem) {
    case data::ProblemType::kMultiLabel:
      return labels_line(logits, labels);
    case data::ProblemType::kRegression:
      return line_of({{"scores", logits}, {"logits", logits}});
    case data::ProblemType::kSingleLabel:
      break;
  }
  return prediction_line(logits, labels);
}

void write_output(const std::string& name, const std::string& text) {
  Output output(name);
  output.write(text);
  output.commit();
}

}  // namespace

int run_predict(const PredictArguments& arguments) {
  ModelFiles files = open_model(arguments.model, arguments.revision);
  const models::Classifier model = load(files, arguments.dtype, nn::Purpose::kInfer);
  const data::Dataset rows = read_lines(arguments.input, Labels::kIgnored);
  const std::size_t limit =
      text_limit(files, arguments.max_length, static_cast<std::size_t>(files.config.max_tokens()));
  const std::vector<float> logits =
      train::predict(model, tokenize_rows(rows, files, limit), arguments.batch_size);
  const std::vector<std::string>& labels = model.config().labels;
  std::string text;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    text += prediction_line(model.config().problem(),
                            std::span(logits).subspan(i * labels.size(), labels.size()), labels);
  }
  write_output(arguments.output, text);
  return 0;
}

int run_evaluate(const EvaluateArguments& arguments) {
  ModelFiles files = open_model(arguments.model, arguments.revision);
  require_head(files);
  data::DatasetOptions options = dataset_options(arguments.data, arguments.data.dataset);
  if (!options.problem_type) options.problem_type = files.config.problem();
  files.config.problem_type = options.problem_type;
  if (!models::are_unnamed(files.config.labels)) options.label_names = files.config.labels;
  if (*options.problem_type != data::ProblemType::kSingleLabel)
    options.label_count = static_cast<std::int64_t>(files.config.labels.size());
  const data::Dataset rows =
      data::read_dataset(options, data::Split::kTest,
                         selection(arguments.data, arguments.samples, arguments.shuffle_seed));
  const models::Classifier model = load(files, arguments.dtype, nn::Purpose::kInfer);
  const data::TokenArena arena =
      tokenize_rows(rows, files, text_limit(files, arguments.max_length, 512),
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
  const std::size_t limit =
      text_limit(files, arguments.max_length, static_cast<std::size_t>(files.config.max_tokens()));
  const data::TokenArena arena = tokenize_rows(rows, files, limit);
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
