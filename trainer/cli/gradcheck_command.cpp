#include <ATen/core/Tensor.h>
#include <ATen/ops/mul.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>

#include <numeric>

#include "cli/command_inputs.hpp"
#include "cli/commands.hpp"
#include "config/error.hpp"
#include "data/tokens/packed_batch.hpp"
#include "models/export.hpp"
#include "nn/loss.hpp"
#include "nn/runtime.hpp"
#include "train/objective.hpp"

namespace trainer::cli {

int run_gradcheck(const GradcheckArguments& arguments) {
  api::ModelFiles files = open_model(arguments.model, arguments.revision);
  if (files.config.problem() != data::ProblemType::kSingleLabel) {
    throw Error(ErrorCode::kUnsupported, files.directory.string() +
                                             ": gradcheck reads class indices; this model is for " +
                                             std::string(data::name_of(files.config.problem())));
  }
  models::override_dropout(files.config, 0.0);
  models::Classifier model =
      api::load_classifier(files, nn::compute_from_name(arguments.dtype), nn::Purpose::kTrain);
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
