// What becomes of model files without a tokenizer.json, beside what transformers makes of the same
// files (tests/golden/conversions, written by tests/golden/make_conversion_goldens.py).
#include "text/conversion/conversion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "config/error.hpp"
#include "support/temp_directory.hpp"
#include "text/conversion/sentencepiece_model.hpp"
#include "text/tokenizer.hpp"

namespace trainer::text {
namespace {

using std::filesystem::path;
using testing::HasSubstr;

const path kGoldens = path(TRACKER_SOURCE_DIR) / "tests" / "golden" / "conversions";

std::string contents(const path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kGoldens))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

// The document with its tables written out, as a file has them.
Json whole(const TokenizerDocument& document) {
  Json json = document.json;
  Json& model = json["model"];
  for (const VocabularyEntry& entry : document.tables.vocabulary)
    model["vocab"][entry.token] = entry.id;
  for (const Piece& piece : document.tables.pieces)
    model["vocab"].push_back(Json::array({piece.token, piece.score}));
  for (const auto& [left, right] : document.tables.merges)
    model["merges"].push_back(Json::array({left, right}));
  return json;
}

class Conversion : public testing::TestWithParam<std::string> {
 protected:
  const path folder_ = kGoldens / GetParam();
};

TEST_P(Conversion, IsFieldForFieldThatOfTransformers) {
  const auto converted = convert_model_files(folder_, TokenizerConfig::read(folder_));
  ASSERT_TRUE(converted);
  const Json made = whole(converted->document);
  const Json expected = Json::parse(contents(folder_ / "expected.json"));
  for (const auto& [key, value] : expected.items()) {
    ASSERT_TRUE(made.contains(key)) << key;
    const Json& ours = made[key];
    if (ours == value) continue;
    const std::string differences = Json::diff(value, ours).dump();
    ADD_FAILURE() << key << " differs: " << differences.substr(0, 2000);
  }
  EXPECT_EQ(made.size(), expected.size());
}

TEST_P(Conversion, IdsAreThoseOfTransformers) {
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  std::ifstream in(folder_ / "cases.jsonl");
  std::size_t cases = 0;
  for (std::string line; std::getline(in, line); ++cases) {
    const Json golden = Json::parse(line);
    const auto text = golden["text"].get<std::string>();
    const Encoding encoding =
        golden.contains("text_pair")
            ? tokenizer.encode_pair(text, golden["text_pair"].get<std::string>())
            : tokenizer.encode(text);
    ASSERT_EQ(encoding.ids, golden["ids"].get<std::vector<std::int32_t>>()) << line;
    ASSERT_EQ(encoding.type_ids, golden["type_ids"].get<std::vector<std::int32_t>>()) << line;
  }
  EXPECT_GT(cases, 10U);
}

INSTANTIATE_TEST_SUITE_P(Goldens, Conversion, testing::ValuesIn(golden_names()),
                         [](const auto& name) {
                           std::string out = name.param;
                           std::ranges::replace(out, '-', '_');
                           return out;
                         });

}  // namespace
}  // namespace trainer::text
