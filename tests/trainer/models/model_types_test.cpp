#include "models/model_types.hpp"

#include <gtest/gtest.h>

#include <set>

#include "config/error.hpp"
#include "models/classifier.hpp"
#include "trainer/models/tiny_model.hpp"

namespace trainer::models {
namespace {

ClassifierConfig config_of(const std::string& json) {
  const tracker::test::TempDirectory folder;
  test::write_text(folder.path() / "config.json", json);
  return read_config(folder.path() / "config.json");
}

std::set<std::string> stored_names(const std::string& json) {
  ClassifierConfig config = config_of(json);
  config.labels = {"a", "b"};
  std::set<std::string> names;
  for (const nn::ParameterSpec& spec : classifier_parameters(config))
    names.insert(spec.stored_name);
  return names;
}

std::string message_of(const std::string& json) {
  try {
    config_of(json);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

TEST(ModelTypes, BertNamesAreThoseOfItsCheckpoints) {
  const auto names = stored_names(R"({"model_type": "bert", "num_hidden_layers": 2})");
  EXPECT_EQ(names.size(), 5U + 2U * 16U + 4U);
  for (const char* name :
       {"bert.embeddings.word_embeddings.weight", "bert.embeddings.LayerNorm.bias",
        "bert.encoder.layer.1.attention.self.query.weight",
        "bert.encoder.layer.0.attention.output.LayerNorm.weight",
        "bert.encoder.layer.1.intermediate.dense.bias", "bert.encoder.layer.1.output.dense.weight",
        "bert.pooler.dense.weight", "classifier.bias"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(ModelTypes, DistilbertHasNoTokenTypesAndItsOwnNames) {
  const auto names = stored_names(R"({"model_type": "distilbert", "n_layers": 1})");
  EXPECT_EQ(names.size(), 4U + 16U + 4U);
  EXPECT_TRUE(names.contains("distilbert.transformer.layer.0.attention.out_lin.weight"));
  EXPECT_TRUE(names.contains("distilbert.transformer.layer.0.ffn.lin2.bias"));
  EXPECT_TRUE(names.contains("pre_classifier.weight"));
}

TEST(ModelTypes, XlmsClassifierIsItsSummary) {
  const auto names = stored_names(R"({"model_type": "xlm", "n_layers": 1, "n_langs": 3})");
  EXPECT_EQ(names.size(), 5U + 16U + 2U);
  EXPECT_TRUE(names.contains("transformer.lang_embeddings.weight"));
  EXPECT_TRUE(names.contains("transformer.layer_norm2.0.bias"));
  EXPECT_TRUE(names.contains("sequence_summary.summary.weight"));
  EXPECT_NE(message_of(R"({"model_type": "xlm", "summary_type": "attn"})").find("'attn'"),
            std::string::npos);
  EXPECT_NE(message_of(R"({"model_type": "flaubert", "summary_proj_to_labels": false})")
                .find("summary_proj_to_labels"),
            std::string::npos);
}

TEST(ModelTypes, XlnetRefusesWhatDependsOnTheBatch) {
  EXPECT_NE(message_of(R"({"model_type": "xlnet", "bi_data": true})").find("bi_data"),
            std::string::npos);
  const auto names = stored_names(R"({"model_type": "xlnet", "n_layer": 1})");
  EXPECT_EQ(names.size(), 2U + 17U + 4U);
  EXPECT_TRUE(names.contains("transformer.mask_emb"));
  EXPECT_TRUE(names.contains("transformer.layer.0.rel_attn.r_w_bias"));
}

TEST(ModelTypes, BigBirdTakesTextsUpToItsBlocksUnlessAttentionIsFull) {
  EXPECT_EQ(config_of(R"({"model_type": "big_bird"})").max_tokens(), 704);
  EXPECT_EQ(config_of(R"({"model_type": "big_bird", "block_size": 16, "num_random_blocks": 2})")
                .max_tokens(),
            144);
  EXPECT_EQ(
      config_of(R"({"model_type": "big_bird", "attention_type": "original_full"})").max_tokens(),
      4096);
}

TEST(ModelTypes, LongformerHasAWindowPerLayer) {
  const ClassifierConfig config = config_of(
      R"({"model_type": "longformer", "num_hidden_layers": 2, "attention_window": [4, 8]})");
  EXPECT_EQ(config.body.layer_kinds[0].left, 2);
  EXPECT_EQ(config.body.layer_kinds[1].right, 4);
  EXPECT_NE(message_of(R"({"model_type": "longformer", "attention_window": [4, 8]})")
                .find("attention_window"),
            std::string::npos);
  EXPECT_NE(message_of(R"({"model_type": "longformer", "attention_window": 5})").find("odd"),
            std::string::npos);
}

TEST(ModelTypes, FunnelNamesLayersByTheirBlock) {
  const auto names = stored_names(R"({"model_type": "funnel", "block_sizes": [1, 2]})");
  EXPECT_EQ(names.size(), 3U + 3U * 20U + 4U);
  EXPECT_TRUE(names.contains("funnel.encoder.blocks.1.1.attention.r_kernel"));
  EXPECT_NE(message_of(R"({"model_type": "funnel", "block_repeats": [1]})").find("block_repeats"),
            std::string::npos);
}

TEST(ModelTypes, XlmRobertaIsStoredAsRoberta) {
  const auto names = stored_names(R"({"model_type": "xlm-roberta", "num_hidden_layers": 11})");
  EXPECT_TRUE(names.contains("roberta.encoder.layer.10.output.LayerNorm.bias"));
  EXPECT_TRUE(names.contains("classifier.out_proj.weight"));
}

TEST(ModelTypes, ElectraProjectsSmallEmbeddings) {
  EXPECT_TRUE(
      stored_names(R"({"model_type": "electra"})").contains("electra.embeddings_project.weight"));
  EXPECT_FALSE(stored_names(R"({"model_type": "electra", "embedding_size": 256})")
                   .contains("electra.embeddings_project.weight"));
}

TEST(ModelTypes, RobertaTakesTwoTokensLessThanItsPositionRows) {
  EXPECT_EQ(config_of(R"({"model_type": "roberta", "max_position_embeddings": 514})").max_tokens(),
            512);
}

TEST(ModelTypes, TableIsInTheOrderOfNamesWithoutDoubles) {
  std::string previous;
  for (const ModelType* type : model_types()) {
    EXPECT_LT(previous, type->name);
    previous = type->name;
  }
}

// Every type names all its modules, under the defaults of its configuration class.
TEST(ModelTypes, EveryTypeNamesEveryParameter) {
  for (const ModelType* type : model_types()) {
    const auto names = stored_names(R"({"model_type": ")" + std::string(type->name) +
                                    R"(", "num_hidden_layers": 2, "num_layers": 2, "n_layer": 2,
                                        "n_layers": 2, "eos_token_id": 2,
                                        "attention_types": [[["global", "local"], 1]]})");
    EXPECT_FALSE(names.contains("")) << type->name;
    EXPECT_GT(names.size(), 10U) << type->name;
  }
}

TEST(ModelTypes, Gpt2StoresItsMatricesTransposedAndPacked) {
  ClassifierConfig config = config_of(R"({"model_type": "gpt2", "n_layer": 1, "eos_token_id": 0})");
  config.labels = {"a", "b"};
  for (const nn::ParameterSpec& spec : classifier_parameters(config)) {
    if (spec.name != "layer.0.attention.key.weight") continue;
    EXPECT_EQ(spec.stored_name, "transformer.h.0.attn.c_attn.weight");
    EXPECT_TRUE(spec.layout.transposed);
  }
}

TEST(ModelTypes, DecoderWithoutPaddingIdTakesItsEndOfText) {
  const ClassifierConfig config = config_of(R"({"model_type": "llama", "eos_token_id": [7, 8]})");
  EXPECT_EQ(config.pad_id, 7);
  EXPECT_TRUE(config.pad_id_is_ours);
  EXPECT_FALSE(config_of(R"({"model_type": "llama", "pad_token_id": 0})").pad_id_is_ours);
  const std::string message = message_of(R"({"model_type": "llama"})");
  EXPECT_NE(message.find("pad_token_id"), std::string::npos) << message;
}

// null means "none" where a missing key means the class's default.
TEST(ModelTypes, NullIsNotTheDefault) {
  const std::string start = R"({"model_type": "gemma2", "num_hidden_layers": 2)";
  EXPECT_EQ(config_of(start + "}").body.soft_cap, 50.0);
  EXPECT_EQ(config_of(start + R"(, "attn_logit_softcapping": null})").body.soft_cap, 0.0);
  EXPECT_EQ(config_of(start + "}").body.layer_kinds[0].left, 4095);
  EXPECT_EQ(config_of(start + R"(, "sliding_window": null})").body.layer_kinds[0].left,
            nn::kUnlimited);
}

TEST(ModelTypes, RopeSettingsOfBothSpellingsAreTheSame) {
  const auto old = config_of(R"({"model_type": "llama", "eos_token_id": 2, "rope_theta": 500000.0,
      "rope_scaling": {"type": "linear", "factor": 2.0}})");
  const auto now = config_of(R"({"model_type": "llama", "eos_token_id": 2,
      "rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 500000.0}})");
  for (const ClassifierConfig& config : {old, now}) {
    EXPECT_EQ(config.body.rotaries[0].theta, 500000.0);
    EXPECT_EQ(config.body.rotaries[0].scaling, nn::RotaryScaling::kLinear);
    EXPECT_EQ(config.body.rotaries[0].factor, 2.0);
  }
  EXPECT_NE(message_of(R"({"model_type": "llama", "eos_token_id": 2,
      "rope_scaling": {"rope_type": "spiral"}})"),
            "");
}

TEST(ModelTypes, UnknownTypeListsTheSupportedOnes) {
  const std::string message = message_of(R"({"model_type": "mamba"})");
  EXPECT_NE(message.find("'mamba'"), std::string::npos) << message;
  EXPECT_NE(message.find("xlm-roberta"), std::string::npos) << message;
  EXPECT_NE(message.find("docs/add-an-architecture.md"), std::string::npos) << message;
}

TEST(ReadConfig, RefusesWhatWouldBeComputedWrongly) {
  EXPECT_NE(message_of(R"({"model_type": "bert", "position_embedding_type": "relative_key"})"), "");
  EXPECT_NE(message_of(R"({"model_type": "bert", "hidden_act": "swiglu"})"), "");
  EXPECT_NE(message_of(R"({"model_type": "bert", "hidden_size": 10, "num_attention_heads": 3})"),
            "");
  EXPECT_NE(message_of(R"({"model_type": "bert", "hidden_size": -1})"), "");
  EXPECT_NE(message_of(R"({"model_type": "bert", "hidden_dropout_prob": 1.5})"), "");
  EXPECT_NE(message_of(R"({"model_type": "bert", "problem_type": "ranking"})"), "");
  EXPECT_NE(message_of(R"({"model_type": "bert", "id2label": {"1": "a"}})"), "");
  std::string many = R"({"model_type": "bert", "id2label": {"0": "a")";
  for (std::int64_t i = 1; i <= data::kMostClasses; ++i)
    many += ", \"" + std::to_string(i) + "\": \"\"";
  EXPECT_NE(message_of(many + "}}").find("id2label names 100001 classes"), std::string::npos);
}

TEST(OverrideDropout, LeavesOutPlacesTheArchitectureDoesNotHave) {
  ClassifierConfig config = config_of(R"({"model_type": "distilbert"})");
  override_dropout(config, 0.3);
  EXPECT_EQ(config.body.hidden_dropout, 0.3);
  EXPECT_EQ(config.body.attention_output_dropout, 0.0);
  EXPECT_EQ(config.head.input_dropout, 0.0);
  EXPECT_EQ(config.head.dropout, 0.3);
}

}  // namespace
}  // namespace trainer::models
