#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "data/labels/problem_type.hpp"
#include "hub/hub.hpp"

// A trained classifier in a program of one's own. Nothing here includes libtorch; link
// trainer::api (docs/library.md; examples/predict.cpp).
namespace trainer {

// What the model says of one text.
struct Prediction {
  std::vector<float> logits;  // [outputs]; of regression the numbers themselves
  // Of one label: softmax of the logits. Of several: the probability of each. Of regression: empty.
  std::vector<double> probabilities;
  // Of one label: the index of the most probable. Of several and of regression 0.
  std::size_t label = 0;
};

struct LoadOptions {
  std::string revision = "main";               // of a hub id
  std::string dtype = "float32";               // auto, float32 or bfloat16 compute
  std::optional<std::size_t> max_length = {};  // tokens of a text; absent: what the model takes
  std::int64_t batch_size = 8;                 // texts computed together; changes no result
  hub::Progress downloads = {};
};

// Tokenizer and weights in memory. Movable. One call at a time: calls share libtorch's threads.
class TextClassifier {
 public:
  // A hub id, a model's directory, or a PEFT adapter's (its base model is opened as well). Throws
  // Error: kNotFound, kHub, kUnsupported for a model type that is not built, kInvalidInput for a
  // model without a classification head, kUsage for a batch size below 1.
  static TextClassifier load(const std::string& id_or_directory, const LoadOptions& options = {});

  TextClassifier(TextClassifier&&) noexcept;
  TextClassifier& operator=(TextClassifier&&) noexcept;
  ~TextClassifier();

  // In the order of the texts. Longer texts than `max_length` are cut as the tokenizer cuts. Throws
  // Error(kInvalidInput) for text that is not UTF-8.
  std::vector<Prediction> predict(std::span<const std::string> texts) const;
  // Texts with or without a second one; labels are not looked at.
  std::vector<Prediction> predict(const data::Dataset& rows) const;

  const std::vector<std::string>& labels() const noexcept;  // by index
  data::ProblemType problem_type() const noexcept;

 private:
  struct Impl;
  explicit TextClassifier(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace trainer
