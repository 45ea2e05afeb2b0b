#include "models/load_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/error.hpp"
#include "models/description.hpp"
#include "models/loading.hpp"
#include "trainer/models/tiny_model.hpp"
#include "weights/safetensors.hpp"

namespace trainer::models {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

// A model by its config alone, and checkpoints of tensors that are all zero.
class LoadPlanTest : public testing::Test {
 protected:
  LoadPlanTest() {
    test::write_text(folder_.path() / "config.json", test::tiny_bert_config());
    config_ = read_config(folder_.path() / "config.json");
    for (const StoredTensor& stored : stored_tensors(classifier_parameters(config_)))
      shapes_[stored.name] = stored.shape;
  }

  weights::TensorFiles store(const Shapes& shapes) {
    std::map<std::string, weights::TensorView> views;
    for (const auto& [name, shape] : shapes) {
      const auto bytes = *weights::byte_count(weights::DType::kF32, shape);
      views[name] = {
          .dtype = weights::DType::kF32, .shape = shape, .data = std::span(zeros_).first(bytes)};
    }
    weights::write_safetensors(folder_.path() / "m.safetensors", views, {});
    return weights::TensorFiles::open_safetensors(folder_.path() / "m.safetensors");
  }
  LoadReport report_of(const Shapes& shapes) { return plan_load(config_, store(shapes)).report; }

  static std::string refusal(const LoadReport& report) {
    try {
      check(report);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  }

  tracker::test::TempDirectory folder_;
  std::vector<std::byte> zeros_ = std::vector<std::byte>(1 << 16);
  ClassifierConfig config_;
  Shapes shapes_;
};

TEST_F(LoadPlanTest, a_whole_checkpoint_has_nothing_to_report) {
  const LoadReport report = report_of(shapes_);
  EXPECT_THAT(report.missing, IsEmpty());
  EXPECT_THAT(report.unexpected, IsEmpty());
  EXPECT_THAT(lines_of(report), IsEmpty());
  EXPECT_EQ(refusal(report), "accepted");
}

TEST_F(LoadPlanTest, a_checkpoint_of_another_task_lacks_the_head_and_has_tensors_to_spare) {
  shapes_.erase("classifier.weight");
  shapes_.erase("classifier.bias");
  shapes_["cls.predictions.bias"] = {30};
  const LoadReport report = report_of(shapes_);
  EXPECT_THAT(report.missing, ElementsAre("classifier.weight", "classifier.bias"));
  EXPECT_THAT(report.unexpected, ElementsAre("cls.predictions.bias"));
  EXPECT_THAT(lines_of(report),
              ElementsAre(AllOf(HasSubstr("newly initialized"),
                                HasSubstr("classifier.weight, classifier.bias")),
                          AllOf(HasSubstr("unexpected"), HasSubstr("cls.predictions.bias"))));
  EXPECT_EQ(refusal(report), "accepted");
}

TEST_F(LoadPlanTest, buffers_of_older_versions_are_passed_over) {
  shapes_["bert.embeddings.position_ids"] = {1, 40};
  EXPECT_THAT(report_of(shapes_).unexpected, IsEmpty());
}

TEST_F(LoadPlanTest, a_bare_checkpoint_is_taken_and_what_is_left_of_it_keeps_its_name) {
  Shapes bare = {{"nsp.weight", {2, 16}}};
  for (const auto& [name, shape] : shapes_) {
    if (name.starts_with("bert.")) bare[name.substr(5)] = shape;
  }
  const LoadReport report = report_of(bare);
  EXPECT_THAT(report.required, IsEmpty());
  EXPECT_THAT(report.missing, ElementsAre("classifier.weight", "classifier.bias"));
  EXPECT_THAT(report.unexpected, ElementsAre("nsp.weight"));
}

TEST_F(LoadPlanTest, copies_of_a_shared_embedding_stand_for_it_and_are_not_unexpected) {
  test::write_text(folder_.path() / "config.json", R"({"model_type": "t5", "vocab_size": 20,
      "d_model": 8, "d_kv": 4, "num_heads": 2, "num_layers": 1, "d_ff": 16, "pad_token_id": 0,
      "eos_token_id": 1, "decoder_start_token_id": 0})");
  config_ = read_config(folder_.path() / "config.json");
  config_.labels = unnamed_labels(2);
  shapes_.clear();
  for (const StoredTensor& stored : stored_tensors(classifier_parameters(config_)))
    shapes_[stored.name] = stored.shape;
  shapes_["transformer.encoder.embed_tokens.weight"] = {20, 8};
  shapes_["transformer.decoder.embed_tokens.weight"] = {20, 8};
  EXPECT_THAT(report_of(shapes_).unexpected, IsEmpty());
  ASSERT_EQ(shapes_.erase("transformer.shared.weight"), 1U);
  const LoadReport report = report_of(shapes_);
  EXPECT_THAT(report.required, IsEmpty());
  EXPECT_THAT(report.unexpected, IsEmpty());
}

TEST_F(LoadPlanTest, a_body_that_is_not_whole_is_refused_by_name) {
  shapes_.erase("bert.encoder.layer.0.output.dense.weight");
  shapes_.erase("bert.encoder.layer.1.output.dense.weight");
  EXPECT_THAT(refusal(report_of(shapes_)),
              HasSubstr("the weights lack bert.encoder.layer.{0, 1}.output.dense.weight"));
}

TEST_F(LoadPlanTest, another_shape_is_refused_with_both) {
  shapes_["classifier.weight"] = {3, 16};
  EXPECT_THAT(refusal(report_of(shapes_)),
              HasSubstr("classifier.weight has shape [3,16] but config.json means [2,16]"));
}

// A tensor without elements may have any shape, and labels are made by its first number.
TEST_F(LoadPlanTest, a_head_of_more_classes_than_can_be_meant_is_refused_before_labels_are_made) {
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{std::int64_t{1} << 40, 0}, {100'001, 0}, {0, 16}, {2}}) {
    shapes_["classifier.weight"] = shape;
    try {
      stored_classes(*config_.type, store(shapes_));
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("is no head of 1 to 100000 classes"));
    }
  }
}

TEST_F(LoadPlanTest, names_that_differ_in_numbers_are_put_together) {
  std::vector<std::string> names = {"a.0.b.1.w", "a.10.b.1.w", "x", "layer2.w"};
  for (int i = 0; i < 12; ++i) names.push_back("h." + std::to_string(i) + ".bias");
  EXPECT_THAT(grouped_names(names),
              ElementsAre("a.{0, 10}.b.1.w", "x", "layer2.w", "h.{0...11}.bias"));
}

TEST_F(LoadPlanTest, a_description_counts_what_the_config_means) {
  shapes_.erase("classifier.weight");
  const ModelDescription model = describe(config_, store(shapes_));
  EXPECT_FALSE(model.has_head);
  EXPECT_EQ(model.config.labels, (std::vector<std::string>{"neg", "pos"}));
  EXPECT_EQ(model.head_parameters, 16 * 16 + 16 + 2 * 16 + 2);
  std::int64_t all = 2 * 16;  // the tensor that was taken away
  for (const auto& [name, shape] : shapes_) {
    all += static_cast<std::int64_t>(*weights::byte_count(weights::DType::kU8, shape));
  }
  EXPECT_EQ(model.parameters(), all);
  EXPECT_EQ(model.training_bytes(nn::Compute::kFloat32), 16 * all);
  EXPECT_EQ(model.training_bytes(nn::Compute::kBfloat16), 18 * all);
  EXPECT_EQ(model.dtypes.at("F32"), shapes_.size());
}

}  // namespace
}  // namespace trainer::models
