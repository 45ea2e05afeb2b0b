// Ids against `tokenizers`' own, for small tokenizers of every supported make. The goldens in
// tests/golden/tokenizers are written by tests/golden/make_tokenizer_goldens.py.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/directories.hpp"
#include "text/tokenizer.hpp"

namespace trainer::text {
namespace {

using std::filesystem::path;

const path kTokenizers = path(TRACKER_SOURCE_DIR) / "tests" / "golden" / "tokenizers";

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

Pairs pairs(const std::vector<Offset>& offsets) {
  Pairs out;
  for (const Offset& offset : offsets) out.emplace_back(offset.begin, offset.end);
  return out;
}

class Golden : public testing::TestWithParam<const char*> {};

TEST_P(Golden, IdsAreThoseOfTheLibrary) {
  const Tokenizer tokenizer = Tokenizer::load(kTokenizers / GetParam());
  std::ifstream in(kTokenizers / GetParam() / "cases.jsonl");
  std::size_t cases = 0;
  for (std::string line; std::getline(in, line); ++cases) {
    const nlohmann::json golden = nlohmann::json::parse(line);
    EncodeOptions options{.add_special_tokens = golden.value("special", true)};
    if (golden.contains("max_length")) options.max_length = golden["max_length"].get<std::size_t>();
    const auto text = golden["text"].get<std::string>();
    for (const bool offsets : {false, true}) {
      options.offsets = offsets;
      const Encoding encoding =
          golden.contains("text_pair")
              ? tokenizer.encode_pair(text, golden["text_pair"].get<std::string>(), options)
              : tokenizer.encode(text, options);
      ASSERT_EQ(encoding.ids, golden["ids"].get<std::vector<std::int32_t>>()) << line;
      ASSERT_EQ(encoding.type_ids, golden["type_ids"].get<std::vector<std::int32_t>>()) << line;
      ASSERT_EQ(pairs(encoding.offsets), offsets ? golden["offsets"].get<Pairs>() : Pairs())
          << line;
    }
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
