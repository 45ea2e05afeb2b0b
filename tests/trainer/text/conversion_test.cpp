// What becomes of model files without a tokenizer.json, beside what transformers makes of the same
// files (tests/golden/conversions, written by tests/golden/make_conversion_goldens.py).
#include "text/conversion/conversion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "config/error.hpp"
#include "support/directories.hpp"
#include "support/temp_directory.hpp"
#include "text/conversion/sentencepiece_model.hpp"
#include "text/tokenizer.hpp"

namespace trainer::text {
namespace {

using std::filesystem::path;
using testing::HasSubstr;

const path kConversions = path(TRACKER_SOURCE_DIR) / "tests" / "golden" / "conversions";

std::string contents(const path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> golden_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kConversions))
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
  const path folder_ = kConversions / GetParam();
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

// Directories that cannot be converted, and broken files.
class BadFiles : public testing::Test {
 protected:
  void write(const char* name, std::string_view content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }
  Error error() const {
    try {
      convert_model_files(folder_, TokenizerConfig::read(folder_));
    } catch (const Error& error) {
      return error;
    }
    return {ErrorCode::kInternal, "nothing was thrown"};
  }

  tracker::test::TempDirectory temporary_;
  const path folder_ = temporary_.path();
};

TEST_F(BadFiles, WithoutAnyThereIsNothingToConvert) {
  EXPECT_FALSE(convert_model_files(folder_, TokenizerConfig::read(folder_)));
}

TEST_F(BadFiles, MosesIsRefusedByName) {
  write("vocab.json", "{}");
  write("merges.txt", "");
  write("config.json", R"({"model_type":"xlm"})");
  EXPECT_EQ(error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(error().what(), HasSubstr("'XLMTokenizer': its rules are those of Moses"));
  write("tokenizer_config.json", R"({"tokenizer_class":"FlaubertTokenizer"})");
  EXPECT_THAT(error().what(), HasSubstr("'FlaubertTokenizer': its rules are those of Moses"));
  write("tokenizer_config.json", R"({"tokenizer_class":"NopeTokenizer"})");
  EXPECT_THAT(error().what(), HasSubstr("tokenizer class 'NopeTokenizer'"));
}

TEST_F(BadFiles, AModelTypeThatIsNotKnownIsNamed) {
  write("vocab.txt", "a\n");
  write("config.json", R"({"model_type":"nope"})");
  EXPECT_EQ(error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(error().what(), HasSubstr("model type 'nope'"));
}

TEST_F(BadFiles, SentencePieceOfNoClassAsksForOne) {
  write("spiece.model", "x");
  EXPECT_EQ(error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(error().what(), HasSubstr("add tokenizer_class or model_type"));
}

TEST_F(BadFiles, FilesOfAnotherClassAreNotTaken) {
  write("vocab.txt", "a\n");
  write("config.json", R"({"model_type":"t5"})");
  EXPECT_EQ(error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(error().what(), HasSubstr("has no sentencepiece model, of which a T5Tokenizer"));
}

TEST_F(BadFiles, OptionsAreChecked) {
  std::filesystem::copy(kConversions / "t5" / "spiece.model", folder_);
  write("tokenizer_config.json", R"({"tokenizer_class":"T5Tokenizer","extra_ids":2000000000})");
  EXPECT_THAT(error().what(), HasSubstr("'extra_ids' is 2000000000"));
  write("tokenizer_config.json", R"({"tokenizer_class":"T5Tokenizer","legacy":"no"})");
  EXPECT_THAT(error().what(), HasSubstr("'legacy' is not true or false"));
  write("tokenizer_config.json", R"({"tokenizer_class":"T5Tokenizer","eos_token":7})");
  EXPECT_THAT(error().what(), HasSubstr("'eos_token' is not a string"));
}

TEST(SentencePieceFile, EveryCutIsReadOrRefused) {
  const std::string whole = contents(kConversions / "xlm-roberta" / "sentencepiece.bpe.model");
  const SentencePieceModel model = SentencePieceModel::parse(whole, "m");
  EXPECT_EQ(model.pieces.at(0).text, "<unk>");
  EXPECT_EQ(model.pieces.at(1).type, SentencePieceModel::Type::kControl);
  EXPECT_FALSE(model.charsmap.empty());
  for (std::size_t size = 0; size < whole.size(); size += size < 600 ? 1 : 97) {
    try {
      SentencePieceModel::parse(std::string_view(whole).substr(0, size), "m");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidInput);
      EXPECT_THAT(error.what(), HasSubstr("m: is not a sentencepiece model"));
    }
  }
}

TEST(SentencePieceFile, OtherBytesAreRefused) {
  for (const std::string& bytes :
       {std::string("IQ== 0\nIg== 1\n"), std::string("{}"), std::string(),
        std::string("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f"),  // a length of 2^63
        std::string("\x0a\x03\x0a\x01\xff"),                      // a piece that is not UTF-8
        std::string("\x0a\x05\x15\x00\x00\xc0\x7f", 7)}) {        // a score that is NaN
    EXPECT_THROW(SentencePieceModel::parse(bytes, "m"), Error) << bytes;
  }
}

}  // namespace
}  // namespace trainer::text
