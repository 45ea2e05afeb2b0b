#include <nlohmann/json.hpp>

#include "api/text_classifier.hpp"
#include "cli/command_inputs.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/transfer_display.hpp"

namespace trainer::cli {
namespace {

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
  write_whole(arguments.output, text);
  return 0;
}

}  // namespace trainer::cli
