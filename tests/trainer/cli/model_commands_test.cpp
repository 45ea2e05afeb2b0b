#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/parity_table.hpp"
#include "models/export.hpp"
#include "models/model_types.hpp"
#include "trainer/cli/called_program.hpp"
#include "trainer/models/tiny_model.hpp"

namespace trainer::cli {
namespace {

using test::Answer;
using test::call;
using testing::AllOf;
using testing::HasSubstr;

TEST(ParityTable, rows_of_a_page_become_cells) {
  const ParityTable table =
      read_table("| type | logits | bf16 |\n|---|---|---|\n| `a` | 1 | – |\n| `b` | 2 |\n\n");
  EXPECT_EQ(table.columns, (std::vector<std::string>{"logits", "bf16"}));
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(*row_of(table, "a"), (std::vector<std::string>{"a", "1", "–"}));
  EXPECT_EQ(row_of(table, "b"), nullptr);
}

TEST(ModelsCommand, every_supported_type_is_listed_with_what_was_measured) {
  const Answer answer = call({"models", "--json"});
  ASSERT_EQ(answer.code, 0) << answer.error;
  const auto types = nlohmann::json::parse(answer.output);
  ASSERT_EQ(types.size(), models::model_types().size());
  bool any = false;
  for (const auto& type : types) any = any || type["measured"].contains("logits");
  EXPECT_TRUE(any);
  EXPECT_THAT(call({"models"}).output, AllOf(HasSubstr("\nbert "), HasSubstr("LOGITS")));
}

class InspectCommand : public testing::Test {
 protected:
  InspectCommand() {
    models::export_model(test::tiny_classifier(folder_.path(), nn::Compute::kFloat32), {},
                         folder_.path() / "model");
  }
  tracker::test::TempDirectory folder_;
  std::string model_ = (folder_.path() / "model").string();
};

TEST_F(InspectCommand, a_model_is_described_without_being_loaded) {
  const Answer answer = call({"inspect", model_, "--json"});
  ASSERT_EQ(answer.code, 0) << answer.error;
  const auto json = nlohmann::json::parse(answer.output);
  EXPECT_EQ(json["model_type"], "bert");
  EXPECT_EQ(json["config"]["layers"], 2);
  EXPECT_EQ(json["head"]["labels"], nlohmann::json::parse(R"(["neg", "pos"])"));
  EXPECT_EQ(json["load_report"]["loads"], true);
  EXPECT_EQ(json["weights"]["downloaded"], true);
  EXPECT_EQ(json["weights"]["dtypes"]["F32"], json["weights"]["tensors"]);
  EXPECT_TRUE(json["tokenizer"].contains("error"));
  EXPECT_THAT(call({"inspect", "--model", model_}).output,
              AllOf(HasSubstr("encoder, 2 layers of 16"), HasSubstr("2 classes: neg, pos"),
                    HasSubstr("tokenizer     none")));
}

TEST_F(InspectCommand, weights_of_another_model_are_described_and_then_refused) {
  std::string config = test::tiny_bert_config();
  config.replace(config.find("\"hidden_size\": 16"), 17, "\"hidden_size\": 32");
  test::write_text(folder_.path() / "model/config.json", config);
  const Answer answer = call({"inspect", model_, "--json"});
  EXPECT_EQ(answer.code, 1);
  EXPECT_EQ(nlohmann::json::parse(answer.output)["load_report"]["loads"], false);
  EXPECT_THAT(answer.error, HasSubstr("but config.json means"));
}

TEST_F(InspectCommand, what_is_no_model_is_one_line) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"inspect"}, {"inspect", "./no/such"}, {"inspect", "a", "b"}}) {
    const Answer answer = call(words);
    EXPECT_NE(answer.code, 0);
    EXPECT_EQ(std::count(answer.error.begin(), answer.error.end(), '\n'), 1) << answer.error;
    EXPECT_EQ(answer.output, "");
  }
}

}  // namespace
}  // namespace trainer::cli
