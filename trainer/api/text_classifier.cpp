#include "api/text_classifier.hpp"

#include <string>
#include <utility>

#include "api/model_files.hpp"
#include "config/error.hpp"
#include "nn/runtime.hpp"
#include "train/evaluate.hpp"
#include "train/metrics.hpp"
#include "train/probabilities.hpp"

namespace trainer {

struct TextClassifier::Impl {
  api::ModelFiles files;
  models::Classifier model;
  std::size_t max_length;
  std::int64_t batch_size;
};

namespace {

Prediction prediction_of(std::span<const float> logits, data::ProblemType problem) {
  Prediction out{.logits = {logits.begin(), logits.end()}, .probabilities = {}};
  switch (problem) {
    case data::ProblemType::kRegression:
      break;
    case data::ProblemType::kMultiLabel:
      for (const float x : logits)
        out.probabilities.push_back(train::sigmoid(static_cast<double>(x)));
      break;
    case data::ProblemType::kSingleLabel:
      out.probabilities = train::probabilities(logits);
      out.label = static_cast<std::size_t>(
          train::predictions(logits, static_cast<std::int64_t>(logits.size())).front());
      break;
  }
  return out;
}

}  // namespace

TextClassifier TextClassifier::load(const std::string& id_or_directory,
                                    const LoadOptions& options) {
  if (options.batch_size < 1) {
    throw Error(ErrorCode::kUsage, "batch_size is " + std::to_string(options.batch_size) +
                                       ": at least one text is computed at once");
  }
  nn::keep_memory();
  api::ModelFiles files = api::open_model(id_or_directory, options.revision, options.downloads);
  const std::size_t limit = api::text_limit(files, options.max_length,
                                            static_cast<std::size_t>(files.config.max_tokens()));
  models::Classifier model =
      api::load_classifier(files, nn::compute_from_name(options.dtype), nn::Purpose::kInfer);
  return TextClassifier(std::make_unique<Impl>(Impl{.files = std::move(files),
                                                    .model = std::move(model),
                                                    .max_length = limit,
                                                    .batch_size = options.batch_size}));
}

TextClassifier::TextClassifier(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TextClassifier::TextClassifier(TextClassifier&&) noexcept = default;
TextClassifier& TextClassifier::operator=(TextClassifier&&) noexcept = default;
TextClassifier::~TextClassifier() = default;

std::vector<Prediction> TextClassifier::predict(std::span<const std::string> texts) const {
  data::Dataset rows;
  for (const std::string& text : texts) rows.rows.emplace_back().text = text;
  return predict(rows);
}

std::vector<Prediction> TextClassifier::predict(const data::Dataset& rows) const {
  if (rows.rows.empty()) return {};
  // Of several labels and of regression an arena has targets, which predictions do not need.
  const std::vector<float> logits = train::predict(
      impl_->model, api::tokenize_rows(rows, impl_->files, impl_->max_length), impl_->batch_size);
  const std::size_t width = labels().size();
  std::vector<Prediction> out;
  for (std::size_t i = 0; i < rows.rows.size(); ++i)
    out.push_back(prediction_of(std::span(logits).subspan(i * width, width), problem_type()));
  return out;
}

const std::vector<std::string>& TextClassifier::labels() const noexcept {
  return impl_->model.config().labels;
}

data::ProblemType TextClassifier::problem_type() const noexcept {
  return impl_->model.config().problem();
}

}  // namespace trainer
