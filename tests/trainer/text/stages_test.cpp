// Each stage of tokenizer.json against `tokenizers`: ids, types, offsets and decoded texts. The
// goldens in tests/golden/stages are written by tests/golden/make_stage_goldens.py.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support/directories.hpp"
#include "support/temp_directory.hpp"
#include "text/tokenizer.hpp"

namespace trainer::text {
namespace {

using nlohmann::json;
using std::filesystem::path;

Encoding encode(const Tokenizer& tokenizer, const json& golden, bool offsets) {
  EncodeOptions options{.add_special_tokens = golden.value("special", true), .offsets = offsets};
  const auto text = golden["text"].get<std::string>();
  if (!golden.contains("text_pair")) return tokenizer.encode(text, options);
  return tokenizer.encode_pair(text, golden["text_pair"].get<std::string>(), options);
}

void check(const Tokenizer& tokenizer, const json& golden) {
  if (golden.contains("decode")) {
    const auto ids = golden["decode"].get<std::vector<std::int32_t>>();
    EXPECT_EQ(tokenizer.decode(ids, {.skip_special_tokens = golden["skip"].get<bool>()}),
              golden["text"].get<std::string>())
        << golden;
    return;
  }
  for (const bool offsets : {false, true}) {
    const Encoding encoding = encode(tokenizer, golden, offsets);
    json found = json::array();
    for (const Offset& offset : encoding.offsets) found.push_back({offset.begin, offset.end});
    EXPECT_EQ(encoding.ids, golden["ids"].get<std::vector<std::int32_t>>()) << golden;
    EXPECT_EQ(encoding.type_ids, golden["type_ids"].get<std::vector<std::int32_t>>()) << golden;
    EXPECT_EQ(found, offsets ? golden["offsets"] : json::array()) << golden;
  }
}

class TokenizerStages : public testing::TestWithParam<const char*> {};

TEST_P(TokenizerStages, DoAsTheLibrary) {
  const path file =
      path(TRACKER_SOURCE_DIR) / "tests/golden/stages" / (std::string(GetParam()) + ".jsonl");
  std::ifstream in(file);
  std::size_t stages = 0;
  for (std::string line; std::getline(in, line); ++stages) {
    const json golden = json::parse(line);
    SCOPED_TRACE(golden["name"].get<std::string>());
    const tracker::test::TempDirectory folder;
    std::ofstream(folder.path() / "tokenizer.json") << golden["tokenizer"];
    const Tokenizer tokenizer = Tokenizer::load(folder.path());
    for (const json& expected : golden["cases"]) check(tokenizer, expected);
  }
  EXPECT_GE(stages, 10U);
}

INSTANTIATE_TEST_SUITE_P(Groups, TokenizerStages,
                         testing::Values("normalizers", "pre_tokenizers", "patterns",
                                         "post_processors", "decoders"),
                         [](const auto& group) {
                           std::string name = group.param;
                           std::erase(name, '_');
                           return name;
                         });

}  // namespace
}  // namespace trainer::text
