// Ids against `tokenizers`' own, for small tokenizers of every supported make. The goldens in
// tests/golden/tokenizers are written by tests/golden/make_tokenizer_goldens.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "text/tokenizer.hpp"

namespace trainer::text {
namespace {

using std::filesystem::path;

const path kGoldens = path(TRACKER_SOURCE_DIR) / "tests" / "golden" / "tokenizers";

class Golden : public testing::TestWithParam<const char*> {};

TEST_P(Golden, IdsAreThoseOfTheLibrary) {
  const Tokenizer tokenizer = Tokenizer::load(kGoldens / GetParam());
  std::ifstream in(kGoldens / GetParam() / "cases.jsonl");
  std::size_t cases = 0;
  for (std::string line; std::getline(in, line); ++cases) {
    const nlohmann::json golden = nlohmann::json::parse(line);
    EncodeOptions options{.add_special_tokens = golden.value("special", true), .max_length = {}};
    if (golden.contains("max_length")) options.max_length = golden["max_length"].get<std::size_t>();
    const auto text = golden["text"].get<std::string>();
    const Encoding encoding =
        golden.contains("text_pair")
            ? tokenizer.encode_pair(text, golden["text_pair"].get<std::string>(), options)
            : tokenizer.encode(text, options);
    ASSERT_EQ(encoding.ids, golden["ids"].get<std::vector<std::int32_t>>()) << line;
    ASSERT_EQ(encoding.type_ids, golden["type_ids"].get<std::vector<std::int32_t>>()) << line;
  }
  EXPECT_GT(cases, 100U);
}

INSTANTIATE_TEST_SUITE_P(Makes, Golden,
                         testing::Values("bert", "bert-cased", "bert-accents", "bert-added",
                                         "roberta", "roberta-prefix", "roberta-left", "sequence",
                                         "forms"),
                         [](const auto& makes) {
                           std::string name = makes.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace trainer::text
