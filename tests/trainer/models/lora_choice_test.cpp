#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "config/error.hpp"
#include "config/json.hpp"
#include "trainer/models/lora_fixture.hpp"

// Which modules have adapters and what is trained beside them; what is refused.
namespace trainer::models {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using LoraChoice = LoraFixture;

std::vector<std::string> stored(const Classifier& model) {
  std::vector<std::string> names;
  for (const nn::Parameter& p : model.parameters().parameters()) {
    if (of_adapter(p.spec)) names.push_back(p.spec.stored_name);
  }
  return names;
}

TEST_F(LoraChoice, BiasesAreThoseOfThePolicy) {
  const Classifier base = base_of(test::tiny_bert_config());
  const std::string query = "bert.encoder.layer.0.attention.self.query.bias";
  const std::string key = "bert.encoder.layer.0.attention.self.key.bias";
  const std::string norm = "bert.embeddings.LayerNorm.bias";
  EXPECT_THAT(stored(adapted(base.config(), {})), Not(Contains(query)));
  const auto own = stored(adapted(base.config(), {.bias = LoraBias::kLoraOnly}));
  EXPECT_THAT(own, Contains(query));
  EXPECT_THAT(own, Not(Contains(key)));
  const auto all = stored(adapted(base.config(), {.bias = LoraBias::kAll}));
  EXPECT_THAT(all, Contains(key));
  EXPECT_THAT(all, Contains(norm));
}

// One of three products that are computed as one is trained whole.
TEST_F(LoraChoice, PartOfAStackMayBeSavedWhole) {
  const Classifier base = base_of(test::tiny_bert_config());
  Classifier model = adapted(base.config(), {.targets = {"key"}, .saved = {"self.query"}});
  backward(model);
  const auto grads = by_name(model.parameters(), true);
  EXPECT_GT(grads.at("layer.0.attention.query.weight").abs().max().item<float>(), 0.0F);
  EXPECT_FALSE(grads.at("layer.0.mlp.up.weight").defined());
  EXPECT_THAT(stored(model), Contains("bert.encoder.layer.0.attention.self.query.weight"));
}

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST_F(LoraChoice, UnknownTargetIsRefusedWithTheList) {
  const Classifier base = base_of(test::tiny_bert_config());
  const std::string text = refusal([&] {
    settle_lora({.targets = {"query", "q_proj"}}, base.config());
  });
  EXPECT_THAT(text, HasSubstr("'q_proj' is no linear module of bert"));
  EXPECT_THAT(text, HasSubstr("query, key, value, dense"));
  EXPECT_THAT(refusal([&] { settle_lora({.targets = {"word_embeddings"}}, base.config()); }),
              HasSubstr("word_embeddings"));
}

TEST_F(LoraChoice, PatternIsForTheWholeNameAndIsMatchedWithinLimits) {
  const Classifier base = base_of(test::tiny_bert_config());
  const auto added = [&](const std::string& pattern) {
    std::vector<nn::ParameterSpec> specs = classifier_parameters(base.config());
    std::vector<std::string> modules;
    for (const nn::LowRankSpec& each : add_lora({.target_pattern = pattern}, specs))
      modules.push_back(each.module);
    return modules;
  };
  EXPECT_THAT(added(R"(bert\..*\.0\..*\.(query|value))"),
              ElementsAre("layer.0.attention.query", "layer.0.attention.value"));
  EXPECT_THAT(refusal([&] { added("query|value"); }), HasSubstr("are no linear modules"));
  EXPECT_THAT(refusal([&] { added("(query"); }), HasSubstr("target_modules: "));
  EXPECT_THAT(refusal([&] { added("(?:[a-z.A-Z0-9_]+)+[!?]"); }), HasSubstr("takes too long"));
}

TEST_F(LoraChoice, TypeWithoutADefaultNeedsTargets) {
  const Classifier base =
      base_of(R"({"model_type": "distilbert", "vocab_size": 30, "dim": 16, "n_layers": 2,
                  "n_heads": 2, "hidden_dim": 24, "max_position_embeddings": 40,
                  "id2label": {"0": "a", "1": "b"}, "label2id": {"a": 0, "b": 1}})");
  EXPECT_THAT(refusal([&] { settle_lora({}, base.config()); }),
              HasSubstr("no default for distilbert; its linear modules are q_lin, k_lin, v_lin"));
  // peft takes ends of names: pre_classifier ends in classifier.
  EXPECT_THAT(stored(adapted(base.config(), {.targets = {"q_lin"}})),
              Contains("pre_classifier.weight"));
}

TEST_F(LoraChoice, HeadOfAnotherNameIsSavedToo) {
  const Classifier base = base_of(
      R"({"model_type": "bart", "vocab_size": 30, "d_model": 16, "encoder_layers": 1, "decoder_layers": 1,
                  "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 24,
                  "decoder_ffn_dim": 24, "max_position_embeddings": 40, "pad_token_id": 0, "eos_token_id": 1,
                  "decoder_start_token_id": 1, "id2label": {"0": "a", "1": "b"},
                  "label2id": {"a": 0, "b": 1}})");
  EXPECT_THAT(settle_lora({}, base.config()).saved,
              ElementsAre("classifier", "score", "classification_head"));
}

TEST_F(LoraChoice, ForeignAdaptersAreRefused) {
  const auto read = [&](const std::string& text) {
    test::write_text(folder_.path() / "a.json", text);
    return refusal([&] { read_lora_config(folder_.path() / "a.json"); });
  };
  EXPECT_THAT(read(R"({"peft_type": "IA3"})"), HasSubstr("peft_type IA3 is not built"));
  EXPECT_THAT(read(R"({"peft_type": "LORA", "r": 4, "lora_alpha": 8, "use_dora": true})"),
              HasSubstr("use_dora is not built"));
  EXPECT_THAT(read(R"({"peft_type": "LORA", "r": 0, "lora_alpha": 8})"), HasSubstr("r"));
  EXPECT_THAT(read(R"({"peft_type": "LORA", "r": 4, "lora_alpha": 8, "bias": "some"})"),
              HasSubstr("none, all, lora_only"));
}

// The rank that adapter_config.json names would take petabytes; nothing is asked for.
TEST_F(LoraChoice, RankThatTheFileDoesNotHaveIsRefusedBeforeAModelIsMade) {
  const Classifier base = base_of(test::tiny_bert_config());
  export_model(adapted(base.config(), {.rank = 3}), {}, folder_.path() / "adapter");
  const auto tensors = weights::TensorFiles::open_model(folder_.path());
  const std::optional adapter(
      weights::TensorFiles::open_safetensors(folder_.path() / "adapter" / kAdapterWeightsFile));
  ClassifierConfig config = base.config();
  config.lora = settle_lora({.rank = 3}, config);
  EXPECT_NO_THROW(check_fit(config, tensors, adapter));
  config.lora->rank = config::kPositive.max;
  EXPECT_THAT(refusal([&] { check_fit(config, tensors, adapter); }),
              HasSubstr("has shape [3,16] but its adapter_config.json means [2147483647,16]"));
}

TEST_F(LoraChoice, AdapterOfAnotherShapeIsRefused) {
  const Classifier base = base_of(test::tiny_bert_config());
  export_model(adapted(base.config(), {.rank = 3}), {}, folder_.path() / "adapter");
  Classifier other = adapted(base.config(), {.rank = 4});
  EXPECT_THAT(refusal([&] { load_saved(other, folder_.path() / "adapter"); }), HasSubstr("shape"));
  Classifier more = adapted(base.config(), {.rank = 3, .targets = {"query", "value", "key"}});
  EXPECT_THAT(refusal([&] { load_saved(more, folder_.path() / "adapter"); }),
              HasSubstr("the adapter lacks base_model.model.bert.encoder.layer.0.attention"));
  Classifier fewer = adapted(base.config(), {.rank = 3, .targets = {"query"}});
  EXPECT_THAT(refusal([&] { load_saved(fewer, folder_.path() / "adapter"); }),
              HasSubstr("has no place"));
}

}  // namespace
}  // namespace trainer::models
