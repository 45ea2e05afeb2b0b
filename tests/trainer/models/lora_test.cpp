#include <gtest/gtest.h>

#include "trainer/models/lora_fixture.hpp"

// What adapters compute, forward and backward, and that they are stored exactly.
namespace trainer::models {
namespace {

std::string tiny_gpt2_config() {
  return R"({"model_type": "gpt2", "vocab_size": 30, "n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 40,
             "embd_pdrop": 0.0, "attn_pdrop": 0.0, "resid_pdrop": 0.0, "pad_token_id": 0,
             "id2label": {"0": "neg", "1": "pos"}, "label2id": {"neg": 0, "pos": 1}})";
}

std::string tiny_gpt_neox_config() {
  return R"({"model_type": "gpt_neox", "vocab_size": 30, "hidden_size": 16, "num_hidden_layers": 2,
             "num_attention_heads": 2, "intermediate_size": 24, "max_position_embeddings": 40, "rotary_pct": 0.5,
             "pad_token_id": 0, "id2label": {"0": "neg", "1": "pos"}, "label2id": {"neg": 0, "pos": 1}})";
}

std::string tiny_llama_config() {
  return R"({"model_type": "llama", "vocab_size": 30, "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4,
             "num_key_value_heads": 2, "intermediate_size": 24, "max_position_embeddings": 40, "pad_token_id": 0,
             "id2label": {"0": "neg", "1": "pos"}, "label2id": {"neg": 0, "pos": 1}})";
}

std::string tiny_albert_config() {
  return R"({"model_type": "albert", "vocab_size": 30, "embedding_size": 8, "hidden_size": 16, "num_hidden_layers": 3,
             "num_attention_heads": 2, "intermediate_size": 24, "max_position_embeddings": 40,
             "id2label": {"0": "neg", "1": "pos"}, "label2id": {"neg": 0, "pos": 1}})";
}

std::string tiny_funnel_config() {
  return R"({"model_type": "funnel", "vocab_size": 30, "block_sizes": [1, 1], "block_repeats": [2, 1], "d_model": 16,
             "n_head": 2, "d_head": 8, "d_inner": 24, "id2label": {"0": "neg", "1": "pos"},
             "label2id": {"neg": 0, "pos": 1}})";
}

struct Case {
  const char* name;
  std::string config;
  std::vector<std::string> targets;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class LoraTest : public LoraFixture, public testing::WithParamInterface<Case> {};

TEST_P(LoraTest, AdaptersAreWhatMergingAddsToTheWeights) {
  const Classifier base = base_of(GetParam().config);
  Classifier model = adapted(base.config(), {.rank = 3, .alpha = 5, .targets = GetParam().targets});
  const at::Tensor before = logits(model).detach();
  EXPECT_GT((before - logits(base).detach()).abs().max().item<float>(), 1e-3);
  merge_lora(model);
  std::filesystem::create_directory(folder_.path() / "merged");
  write_config(model, folder_.path() / "merged");
  write_weights(model, folder_.path() / "merged");
  ClassifierConfig config = read_config(folder_.path() / "merged" / "config.json");
  override_dropout(config, 0.0);
  Classifier merged(config, nn::Compute::kFloat32, nn::Purpose::kTrain);
  const LoadReport report =
      load_weights(merged, weights::TensorFiles::open_model(folder_.path() / "merged"));
  EXPECT_TRUE(report.unexpected.empty());
  EXPECT_LT((before - logits(merged).detach()).abs().max().item<float>(), 2e-5);
}

// With W' = W + s B A, what backward says of W' says all: dB = s dW' A^T, dA = s B^T dW'.
TEST_P(LoraTest, GradientsAreThoseOfTheMergedWeights) {
  const Classifier base = base_of(GetParam().config);
  for (const nn::Activations activations : {nn::Activations::kKept, nn::Activations::kRecomputed}) {
    activations_ = activations;
    Classifier model =
        adapted(base.config(), {.rank = 3, .alpha = 5, .targets = GetParam().targets});
    backward(model);
    ClassifierConfig plain = model.config();
    plain.lora.reset();
    Classifier merged(plain, nn::Compute::kFloat32, nn::Purpose::kTrain);
    Classifier copy = adapted(base.config(), *model.config().lora);
    merge_lora(copy);
    const auto masters = by_name(model.parameters(), false);
    auto to = by_name(merged.parameters(), false);
    for (const auto& [name, value] : by_name(copy.parameters(), false))
      if (to.contains(name)) to[name].copy_(value);
    backward(merged);
    const auto whole = by_name(merged.parameters(), true);
    std::map<std::string, at::Tensor> wanted;
    for (const nn::LowRankSpec& add : model.parameters().low_rank()) {
      const at::Tensor& d = whole.at(add.module + ".weight");
      const at::Tensor d_a = at::mm(masters.at(add.b).t(), d) * add.scale;
      wanted[add.a] = wanted.contains(add.a) ? wanted[add.a] + d_a : d_a;
      wanted[add.b] = at::mm(d, masters.at(add.a).t()) * add.scale;
    }
    const auto got = by_name(model.parameters(), true);
    ASSERT_FALSE(wanted.empty());
    for (const auto& [name, value] : wanted) {
      const float size = value.abs().max().item<float>();
      EXPECT_GT(size, 0.0F) << name;
      EXPECT_LT((got.at(name) - value).abs().max().item<float>(), 1e-4F * size + 1e-6F) << name;
    }
    EXPECT_LT((got.at("head.out.weight") - whole.at("head.out.weight")).abs().max().item<float>(),
              1e-4F);
  }
}

TEST_P(LoraTest, StoredAdapterLoadsBitForBitAndTrainsNothingElse) {
  const Classifier base = base_of(GetParam().config);
  const Classifier model =
      adapted(base.config(), {.rank = 3, .targets = GetParam().targets, .rank_stabilised = true});
  export_model(model, {}, folder_.path() / "adapter");
  ClassifierConfig config = base.config();
  config.lora = read_lora_config(folder_.path() / "adapter" / kAdapterConfigFile);
  override_dropout(config, 0.0);
  Classifier again(config, nn::Compute::kFloat32, nn::Purpose::kTrain);
  load_weights(again, weights::TensorFiles::open_model(folder_.path()));
  load_saved(again, folder_.path() / "adapter");
  EXPECT_TRUE(at::equal(again.parameters().masters(), model.parameters().masters()));
  EXPECT_TRUE(at::equal(logits(again), logits(model)));
  std::int64_t trained = 0;
  for (const nn::Parameter& p : model.parameters().parameters()) {
    if (of_adapter(p.spec)) trained += p.size;
  }
  EXPECT_LT(trained, model.parameters().size() / 2);
  for (const nn::Parameter& p : model.parameters().parameters())
    EXPECT_EQ(model.parameters().grad(p).defined(), of_adapter(p.spec)) << p.spec.name;
}

INSTANTIATE_TEST_SUITE_P(
    Types, LoraTest,
    testing::Values(Case{"bert", test::tiny_bert_config(), {}},
                    Case{"bert_all", test::tiny_bert_config(), {"all-linear"}},
                    Case{"transposed", tiny_gpt2_config(), {"c_attn", "c_proj"}},
                    Case{"interleaved", tiny_gpt_neox_config(), {}},
                    Case{"gated", tiny_llama_config(), {"v_proj", "k_proj", "up_proj"}}),
    [](const auto& one) { return one.param.name; });

using Lora = LoraFixture;

// Of a shared layer each application has a mask of its own, in backward too.
class LoraDropoutTest : public LoraFixture, public testing::WithParamInterface<Case> {};

TEST_P(LoraDropoutTest, FollowsThePassAndBackwardDropsTheSame) {
  const Classifier base = base_of(GetParam().config);
  Classifier model =
      adapted(base.config(), {.rank = 3, .dropout = 0.5, .targets = GetParam().targets});
  EXPECT_TRUE(at::equal(logits(model, 1), logits(model, 1)));
  EXPECT_FALSE(at::equal(logits(model, 1), logits(model, 2)));
  backward(model, 1);
  const at::Tensor kept = model.parameters().grads().clone();
  activations_ = nn::Activations::kRecomputed;
  backward(model, 1);
  // Repeated layers add their shares in another order.
  EXPECT_TRUE(at::allclose(kept, model.parameters().grads(), 1e-5, 1e-6));
}

// A short way against the gradient: the loss falls by it times the gradient's size, dropout held.
TEST_F(Lora, TheGradientIsThatOfTheLossWithWhatWasDropped) {
  for (const Case& each : {Case{"bert", test::tiny_bert_config(), {}},
                           Case{"shared", tiny_albert_config(), {"query", "ffn"}}}) {
    const Classifier base = base_of(each.config);
    Classifier model = adapted(base.config(), {.rank = 3, .dropout = 0.5, .targets = each.targets});
    backward(model, 1);
    const at::Tensor gradient = model.parameters().grads().clone();
    const double size = gradient.norm().item<double>();
    const double way = 1e-3;
    const at::NoGradGuard no_grad;
    const auto loss = [&] {
      return nn::cross_entropy_sum(logits(model, 1), arena_.labels).item<double>();
    };
    const double before = loss();
    for (const nn::Parameter& p : model.parameters().parameters()) {
      const at::Tensor grad = model.parameters().grad(p);
      if (grad.defined()) model.parameters().master(p).sub_(grad, way / size);
    }
    EXPECT_NEAR(before - loss(), way * size, 0.1 * way * size) << each.name;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Types, LoraDropoutTest,
    testing::Values(Case{"bert", test::tiny_bert_config(), {}},
                    Case{"shared", tiny_albert_config(), {"query", "ffn"}},
                    Case{"repeated", tiny_funnel_config(), {"v_head"}},
                    Case{"bottleneck", test::tiny_mobilebert_config(), {"query", "value"}}),
    [](const auto& one) { return one.param.name; });

TEST_F(Lora, BfloatComputesNearlyTheSame) {
  const Classifier base = base_of(test::tiny_bert_config());
  const LoraConfig wanted{.rank = 3, .targets = {"all-linear"}};
  const Classifier exact = adapted(base.config(), wanted);
  Classifier model = adapted(base.config(), wanted, nn::Compute::kBfloat16);
  EXPECT_LT((logits(model) - logits(exact)).abs().max().item<float>(), 0.1);
  backward(model);
  EXPECT_GT(model.parameters().grads().abs().max().item<float>(), 0.0F);
}

// What peft 0.21 gives for the same seed: A of torch.nn.Linear drawn for the third time.
TEST_F(Lora, NewAdaptersAddNothingAndTheirAIsUniform) {
  const Classifier base = base_of(test::tiny_bert_config());
  ClassifierConfig config = base.config();
  config.lora = settle_lora({.rank = 4}, config);
  override_dropout(config, 0.0);
  Classifier model(config, nn::Compute::kFloat32, nn::Purpose::kTrain);
  nn::set_seed(42);
  load_weights(model, weights::TensorFiles::open_model(folder_.path()));
  nn::set_seed(42);
  at::empty({4, 16}).uniform_(-0.25, 0.25);
  at::empty({16, 4}).uniform_(-0.25, 0.25);
  const at::Tensor expected = at::empty({4, 16}).uniform_(-0.25, 0.25);
  const auto masters = by_name(model.parameters(), false);
  EXPECT_TRUE(at::equal(masters.at("layer.0.attention.query.lora_A.weight"), expected));
  EXPECT_EQ(masters.at("layer.1.attention.value.lora_B.weight").abs().max().item<float>(), 0.0F);
  Classifier plain = base_of(test::tiny_bert_config());
  EXPECT_LT((logits(model).detach() -
             [&] {
               ClassifierConfig without = plain.config();
               override_dropout(without, 0.0);
               Classifier same(without, nn::Compute::kFloat32, nn::Purpose::kInfer);
               load_weights(same, weights::TensorFiles::open_model(folder_.path()));
               return logits(same);
             }())
                .abs()
                .max()
                .item<float>(),
            1e-6);
}

}  // namespace
}  // namespace trainer::models
