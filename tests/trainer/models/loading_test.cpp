#include "models/loading.hpp"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstring>
#include <nlohmann/json.hpp>

#include "config/error.hpp"
#include "models/export.hpp"
#include "nn/runtime.hpp"
#include "trainer/models/tiny_model.hpp"
#include "weights/safetensors.hpp"
#include "weights/tensor_files.hpp"

namespace trainer::models {
namespace {

using Tensors = std::map<std::string, at::Tensor>;

// The model's weights under their stored names, to be renamed by a test.
Tensors tensors_of(Classifier& model) {
  Tensors out;
  for (const nn::Parameter& p : model.parameters().parameters()) {
    out[p.spec.stored_name] = model.parameters().master(p).clone();
  }
  return out;
}

weights::TensorFiles store(const Tensors& tensors, const std::filesystem::path& file) {
  std::map<std::string, weights::TensorView> views;
  for (const auto& [name, tensor] : tensors) {
    const bool half = tensor.scalar_type() == at::kHalf;
    views[name] = {
        .dtype = half ? weights::DType::kF16 : weights::DType::kF32,
        .shape = tensor.sizes().vec(),
        .data = {static_cast<const std::byte*>(tensor.const_data_ptr()), tensor.nbytes()}};
  }
  weights::write_safetensors(file, views, {});
  return weights::TensorFiles::open_safetensors(file);
}

Classifier empty_like(const Classifier& model) {
  return Classifier(model.config(), nn::Compute::kFloat32, nn::Purpose::kInfer);
}

class LoadingTest : public testing::Test {
 protected:
  tracker::test::TempDirectory folder_;
  Classifier model_ = test::tiny_classifier(folder_.path(), nn::Compute::kFloat32);
  std::filesystem::path file_ = folder_.path() / "m.safetensors";

  bool same_weights(const Classifier& other) {
    return at::equal(model_.parameters().masters(), other.parameters().masters());
  }
};

TEST_F(LoadingTest, ExportedModelLoadsBitForBit) {
  export_model(model_, {}, folder_.path() / "out");
  Classifier loaded(read_config(folder_.path() / "out" / "config.json"), nn::Compute::kFloat32,
                    nn::Purpose::kInfer);
  const LoadReport report =
      load_weights(loaded, weights::TensorFiles::open_model(folder_.path() / "out"));
  EXPECT_TRUE(same_weights(loaded));
  EXPECT_TRUE(report.missing.empty());
  EXPECT_TRUE(report.unexpected.empty());
}

TEST_F(LoadingTest, ExportedConfigKeepsOriginalFields) {
  write_config(model_, folder_.path());
  const auto json = nlohmann::json::parse(std::ifstream(folder_.path() / "config.json"));
  EXPECT_EQ(json["keep_me"], nlohmann::json::parse(R"([1, {"deep": null}])"));
  EXPECT_EQ(json["architectures"][0], "BertForSequenceClassification");
  EXPECT_EQ(json["id2label"]["1"], "pos");
  EXPECT_EQ(json["label2id"]["neg"], 0);
  EXPECT_EQ(json["problem_type"], "single_label_classification");
}

TEST_F(LoadingTest, BareModelGetsItsPrefixAndANewHead) {
  Tensors bare;
  for (auto& [name, tensor] : tensors_of(model_)) {
    if (name.starts_with("bert.")) bare[name.substr(5)] = tensor;
  }
  Classifier loaded = empty_like(model_);
  nn::set_seed(42);
  const LoadReport report = load_weights(loaded, store(bare, file_));
  EXPECT_EQ(report.missing, (std::vector<std::string>{"classifier.weight", "classifier.bias"}));
  // As transformers draws it: the default generator's first normal numbers, times
  // initializer_range.
  at::manual_seed(42);
  const at::Tensor expected = at::empty({2, 16}).normal_(0.0, 0.02);
  const auto& head = loaded.parameters().parameters()[loaded.parameters().parameters().size() - 2];
  EXPECT_TRUE(at::equal(loaded.parameters().master(head), expected));
}

TEST_F(LoadingTest, OldNormNamesAndHalfPrecisionAreTaken) {
  Tensors old;
  for (auto& [name, tensor] : tensors_of(model_)) {
    std::string renamed = name;
    if (const auto at = name.find("LayerNorm.weight"); at != std::string::npos) {
      renamed = name.substr(0, at) + "LayerNorm.gamma";
    }
    if (const auto at = name.find("LayerNorm.bias"); at != std::string::npos) {
      renamed = name.substr(0, at) + "LayerNorm.beta";
    }
    old[renamed] = tensor.to(at::kHalf);
  }
  Classifier loaded = empty_like(model_);
  EXPECT_TRUE(load_weights(loaded, store(old, file_)).unexpected.empty());
  EXPECT_TRUE(at::equal(loaded.parameters().masters(),
                        model_.parameters().masters().to(at::kHalf).to(at::kFloat)));
}

TEST_F(LoadingTest, UnknownTensorsAreReportedAndMissingOnesRefused) {
  Tensors tensors = tensors_of(model_);
  tensors["cls.predictions.bias"] = at::zeros({3});
  Classifier loaded = empty_like(model_);
  EXPECT_EQ(load_weights(loaded, store(tensors, file_)).unexpected,
            std::vector<std::string>{"cls.predictions.bias"});
  tensors.erase("bert.encoder.layer.1.output.dense.weight");
  EXPECT_THROW(load_weights(loaded, store(tensors, file_)), Error);
}

TEST_F(LoadingTest, WrongShapeIsRefused) {
  Tensors tensors = tensors_of(model_);
  tensors["classifier.weight"] = at::zeros({3, 16});
  Classifier loaded = empty_like(model_);
  EXPECT_THROW(load_weights(loaded, store(tensors, file_)), Error);
}

TEST_F(LoadingTest, TokenizerFileLosesItsLimits) {
  test::write_text(folder_.path() / "tokenizer.json",
                   R"({"truncation": {"max_length": 8}, "padding": null, "z": 1})");
  std::filesystem::create_directory(folder_.path() / "out");
  write_tokenizer(read_files({folder_.path() / "tokenizer.json"}), folder_.path() / "out");
  const auto json = nlohmann::json::parse(std::ifstream(folder_.path() / "out" / "tokenizer.json"));
  EXPECT_TRUE(json["truncation"].is_null());
  EXPECT_EQ(json["z"], 1);
}

}  // namespace
}  // namespace trainer::models
