#include "text/tokenizer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "config/error.hpp"
#include "support/temp_directory.hpp"

namespace trainer::text {
namespace {

using std::filesystem::path;
using testing::ElementsAre;
using testing::HasSubstr;

class TokenizerTest : public testing::Test {
 protected:
  void write(const char* name, std::string_view content) const {
    std::ofstream(folder_ / name, std::ios::binary) << content;
  }

  void write_bert_vocabulary() const {
    write("vocab.txt",
          "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nworld\n##s\n!\nHello\n\u00e9t\u00e9\nete\n");
  }

  Error error() const {
    try {
      Tokenizer::load(folder_);
    } catch (const Error& error) {
      return error;
    }
    return {ErrorCode::kInternal, "nothing was thrown"};
  }

  tracker::test::TempDirectory temporary_;
  const path folder_ = temporary_.path();
};

TEST_F(TokenizerTest, VocabTxtIsReadAsBert) {
  write_bert_vocabulary();
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  EXPECT_THAT(tokenizer.encode("Hello WORLDS! \u00c9t\u00e9 zzz [MASK]").ids,
              ElementsAre(2, 5, 6, 7, 8, 11, 1, 4, 3));
  EXPECT_EQ(tokenizer.pad_id(), 0);
  EXPECT_EQ(tokenizer.vocab_size(), 12U);
  EXPECT_TRUE(tokenizer.uses_token_types());
  EXPECT_FALSE(tokenizer.model_max_length());
}

TEST_F(TokenizerTest, TokenTypesAreGivenAsTheClassSays) {
  write("tokenizer.json",
        R"({"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}})");
  const auto given = [this](const char* tokenizer_config, const char* config) {
    write("tokenizer_config.json", tokenizer_config);
    write("config.json", config);
    return Tokenizer::load(folder_).uses_token_types();
  };
  const char* bert = R"({"model_type": "bert"})";
  EXPECT_TRUE(given("{}", bert));
  EXPECT_TRUE(given(R"({"tokenizer_class": "ElectraTokenizerFast"})", "{}"));
  EXPECT_FALSE(given("{}", R"({"model_type": "mpnet"})"));
  EXPECT_FALSE(given("{}", R"({"model_type": "funnel"})"));
  EXPECT_FALSE(given(R"({"tokenizer_class": "PreTrainedTokenizerFast"})", bert));
  EXPECT_FALSE(given(R"({"model_input_names": ["input_ids", "attention_mask"]})", bert));
  EXPECT_TRUE(given(
      R"({"tokenizer_class": "FunnelTokenizer", "model_input_names": ["token_type_ids"]})", bert));
}

TEST_F(TokenizerTest, VocabTxtWithCarriageReturnsIsTheSame) {
  write("vocab.txt", "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\nhello\r\n");
  EXPECT_THAT(Tokenizer::load(folder_).encode("hello").ids, ElementsAre(2, 4, 3));
}

TEST_F(TokenizerTest, ConfigSwitchesApply) {
  write_bert_vocabulary();
  write(
      "tokenizer_config.json",
      R"({"do_lower_case": false, "model_max_length": 77, "tokenizer_class": "DistilBertTokenizerFast"})");
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  EXPECT_THAT(tokenizer.encode("Hello hello \u00e9t\u00e9").ids, ElementsAre(2, 9, 5, 10, 3));
  EXPECT_EQ(tokenizer.model_max_length(), 77U);
  EXPECT_FALSE(tokenizer.uses_token_types());
  EXPECT_THAT(tokenizer.files(),
              ElementsAre(folder_ / "vocab.txt", folder_ / "tokenizer_config.json"));
}

TEST_F(TokenizerTest, UnlimitedModelMaxLengthIsAbsent) {
  write_bert_vocabulary();
  write("tokenizer_config.json", R"({"model_max_length": 1000000000000000019884624838656})");
  EXPECT_FALSE(Tokenizer::load(folder_).model_max_length());
}

TEST_F(TokenizerTest, AnAddedTokenWhoseSpacesAreTakenIsDropped) {
  write("tokenizer.json",
        R"({"model": {"type": "WordLevel", "unk_token": "?", "vocab": {"?": 0, "a": 1}},
            "added_tokens": [{"id": 2, "content": "x ", "rstrip": true, "normalized": false},
                             {"id": 3, "content": " ", "lstrip": true, "normalized": false}]})");
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  EXPECT_THAT(tokenizer.encode("x  a").ids, ElementsAre(2, 1));
  EXPECT_THAT(tokenizer.encode("a a").ids, ElementsAre(1, 3, 1));
}

TEST_F(TokenizerTest, TokensOfTheConfigAreAdded) {
  write_bert_vocabulary();
  write("tokenizer_config.json",
        R"({"added_tokens_decoder": {"12": {"content": "<ent>", "special": true}}})");
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  EXPECT_THAT(tokenizer.encode("hello<ent>world").ids, ElementsAre(2, 5, 12, 6, 3));
  EXPECT_EQ(tokenizer.vocab_size(), 13U);
}

TEST_F(TokenizerTest, InvalidBytesAreReplacedAsInPython) {
  write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nab\n");
  // clean_text drops U+FFFD, so what is invalid vanishes.
  EXPECT_THAT(Tokenizer::load(folder_).encode("a\xff\xe4\xb8 b\xed\xa0\x80").ids,
              ElementsAre(2, 4, 5, 3));
}

TEST_F(TokenizerTest, MaximumLengthBelowTheSpecialTokensIsAnError) {
  write_bert_vocabulary();
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  EXPECT_THAT(tokenizer.encode("hello", {.add_special_tokens = true, .max_length = 2}).ids,
              ElementsAre(2, 3));
  EXPECT_THROW(tokenizer.encode("hello", {.add_special_tokens = true, .max_length = 1}), Error);
  EXPECT_THROW(
      tokenizer.encode_pair("hello", "world", {.add_special_tokens = true, .max_length = 2}),
      Error);
}

TEST_F(TokenizerTest, PairsAreCutByEachStrategyOnEitherSide) {
  write_bert_vocabulary();
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  const auto ids = [&tokenizer](TruncationStrategy strategy, Side side) {
    EncodeOptions options{.max_length = 7, .truncation_strategy = strategy};
    options.truncation_side = side;
    return tokenizer.encode_pair("hello world !", "world hello !", options).ids;
  };
  EXPECT_THAT(ids(TruncationStrategy::kLongestFirst, Side::kRight),
              ElementsAre(2, 5, 6, 3, 6, 5, 3));
  EXPECT_THAT(ids(TruncationStrategy::kLongestFirst, Side::kLeft),
              ElementsAre(2, 6, 8, 3, 5, 8, 3));
  EXPECT_THAT(ids(TruncationStrategy::kOnlyFirst, Side::kRight), ElementsAre(2, 5, 3, 6, 5, 8, 3));
  EXPECT_THAT(ids(TruncationStrategy::kOnlySecond, Side::kLeft), ElementsAre(2, 5, 6, 8, 3, 8, 3));
  EXPECT_THROW(tokenizer.encode_pair(
                   "hello", "world world world world",
                   {.max_length = 4, .truncation_strategy = TruncationStrategy::kOnlyFirst}),
               Error);
}

TEST_F(TokenizerTest, OffsetsAreInCharactersOfTheText) {
  write_bert_vocabulary();
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  const Encoding encoding = tokenizer.encode("\u00c9t\u00e9 worlds\xff!", {.offsets = true});
  EXPECT_THAT(encoding.ids, ElementsAre(2, 11, 6, 7, 8, 3));
  EXPECT_THAT(encoding.offsets, ElementsAre(Offset{0, 0}, Offset{0, 3}, Offset{4, 9}, Offset{9, 10},
                                            Offset{11, 12}, Offset{0, 0}));
  EXPECT_THAT(tokenizer.encode("hello").offsets, testing::IsEmpty());
}

TEST_F(TokenizerTest, PaddingIsToldAsConfigured) {
  write_bert_vocabulary();
  write("tokenizer_config.json",
        R"({"padding_side": "left", "pad_token": "[MASK]", "pad_token_type_id": 3})");
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  EXPECT_EQ(tokenizer.padding_side(), Side::kLeft);
  EXPECT_EQ(tokenizer.pad_id(), 4);
  EXPECT_EQ(tokenizer.pad_type_id(), 3);
  write("tokenizer_config.json", R"({"padding_side": "both"})");
  EXPECT_THAT(error().what(), HasSubstr("'padding_side' is 'both', neither left nor right"));
}

TEST_F(TokenizerTest, SpecialTokensAreTextWhenTheyAreToBeSplit) {
  write_bert_vocabulary();
  EXPECT_THAT(Tokenizer::load(folder_).encode("[MASK]").ids, ElementsAre(2, 4, 3));
  write("tokenizer_config.json", R"({"split_special_tokens": true})");
  EXPECT_THAT(Tokenizer::load(folder_).encode("[MASK]").ids, ElementsAre(2, 1, 1, 1, 3));
}

TEST_F(TokenizerTest, IdsBecomeTextAgain) {
  write("tokenizer.json",
        R"({"model": {"type": "WordPiece", "vocab": {"[UNK]": 0, "un": 1, "##do": 2, "!": 3}},
          "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
          "added_tokens": [{"id": 0, "content": "[UNK]", "special": true}]})");
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  const std::vector<std::int32_t> ids = {1, 2, 3, 0, 99};
  EXPECT_EQ(tokenizer.decode(ids), "undo!");
  EXPECT_EQ(tokenizer.decode(ids, {.skip_special_tokens = false}), "undo! [UNK]");
}

TEST_F(TokenizerTest, TwoTokenizersOnOneThreadDoNotMixTheirWords) {
  write_bert_vocabulary();
  const Tokenizer first = Tokenizer::load(folder_);
  write("vocab.txt", "hello\n[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n");
  const Tokenizer second = Tokenizer::load(folder_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(first.encode("hello").ids, ElementsAre(2, 5, 3));
    EXPECT_THAT(second.encode("hello").ids, ElementsAre(3, 0, 4));
  }
}

TEST_F(TokenizerTest, ThreadsAgree) {
  write_bert_vocabulary();
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  std::string text;
  for (int i = 0; i < 2000; ++i) text += "hello worlds! x" + std::to_string(i) + " ";
  const Encoding expected = tokenizer.encode(text);
  std::vector<Encoding> found(4);
  {
    std::vector<std::jthread> threads;
    for (Encoding& encoding : found)
      threads.emplace_back([&] { encoding = tokenizer.encode(text); });
  }
  for (const Encoding& encoding : found) EXPECT_EQ(encoding.ids, expected.ids);
}

TEST_F(TokenizerTest, NoTokenizerNamesTheFilesLookedFor) {
  EXPECT_EQ(error().code(), ErrorCode::kNotFound);
  EXPECT_THAT(error().what(), HasSubstr("neither tokenizer.json, nor vocab.txt"));
}

TEST_F(TokenizerTest, UnsupportedComponentIsNamed) {
  write(
      "tokenizer.json",
      R"({"normalizer": {"type": "Nope"}, "model": {"type": "WordPiece", "vocab": {"[UNK]": 0}}})");
  EXPECT_EQ(error().code(), ErrorCode::kUnsupported);
  EXPECT_THAT(error().what(), HasSubstr("tokenizer.json: normalizer: 'Nope' is not supported"));
  write("tokenizer.json", R"({"model": {"type": "Trigram"}})");
  EXPECT_THAT(error().what(), HasSubstr("tokenizer.json: model: 'Trigram' is not supported"));
}

TEST_F(TokenizerTest, EndlesslyNestedSequencesAreRefused) {
  constexpr int kLevels = 100000;
  std::string nested;
  for (int i = 0; i < kLevels; ++i) nested += R"({"type":"Sequence","normalizers":[)";
  for (int i = 0; i < kLevels; ++i) nested += "]}";
  write("tokenizer.json", R"({"normalizer":)" + nested + "}");
  EXPECT_THAT(error().what(), HasSubstr("nests deeper than"));
}

struct BadFile {
  const char* content;
  const char* message;
};

class BadTokenizerJson : public TokenizerTest, public testing::WithParamInterface<BadFile> {};

TEST_P(BadTokenizerJson, IsRefusedWithTheirPlace) {
  write("tokenizer.json", GetParam().content);
  EXPECT_EQ(error().code(), ErrorCode::kInvalidInput);
  EXPECT_THAT(error().what(), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Broken, BadTokenizerJson,
    testing::Values(
        BadFile{"{", "tokenizer.json"}, BadFile{"[]", "tokenizer.json"},
        BadFile{"{}", "has no 'model'"}, BadFile{R"({"model": 5})", "model has no 'vocab'"},
        BadFile{R"({"model": {"type": "WordPiece"}})", "has no 'vocab'"},
        BadFile{R"({"model": {"type": "WordPiece", "vocab": {"a": 0}}})",
                "unknown token '[UNK]' is not in the vocabulary"},
        BadFile{R"({"model": {"type": "WordPiece", "vocab": {"[UNK]": -1}}})", "is not an id"},
        BadFile{R"({"model": {"type": "WordPiece", "vocab": {"[UNK]": 4294967296}}})",
                "is not an id"},
        BadFile{R"({"model": {"type": "WordPiece", "vocab": {"[UNK]": 18446744073709551615}}})",
                "is not an id"},
        BadFile{R"({"model": {"type": "WordPiece", "vocab": {"[UNK]": "x"}}})", "not an id"},
        BadFile{R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}})",
                "merge 1 names 'b'"},
        BadFile{R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}})",
                "is not a pair of tokens"},
        BadFile{R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": {}}})",
                "is not an array"},
        BadFile{R"({"normalizer": {"type": 3}, "model": {}})", "'type' is not a string"},
        BadFile{
            R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}, "added_tokens": [{"content": "x"}]})",
            "has no 'id'"},
        BadFile{R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []},
                    "post_processor": {"type": "BertProcessing", "cls": ["a"], "sep": ["a", 0]}})",
                "is not an array that long"}));

TEST_F(TokenizerTest, ByteLevelFilesAreReadAsRoberta) {
  write(
      "vocab.json",
      R"({"<s>":0,"<pad>":1,"</s>":2,"<unk>":3,"h":4,"i":5,"hi":6,"\u0120":7,"\u0120hi":8,"<mask>":9})");
  write("merges.txt", "#version: 0.2\nh i\n\u0120 hi\n");
  const Tokenizer tokenizer = Tokenizer::load(folder_);
  EXPECT_THAT(tokenizer.encode("hi hi  <mask>").ids, ElementsAre(0, 6, 8, 9, 2));
  const Encoding pair = tokenizer.encode_pair("hi", " hi");
  EXPECT_THAT(pair.ids, ElementsAre(0, 6, 2, 2, 8, 2));
  EXPECT_THAT(pair.type_ids, testing::Each(0));
  EXPECT_FALSE(tokenizer.uses_token_types());
  EXPECT_EQ(tokenizer.pad_id(), 1);
}

TEST_F(TokenizerTest, BrokenMergesNameTheirLine) {
  write("vocab.json", R"({"<s>":0,"</s>":1})");
  write("merges.txt", "#version: 0.2\na b c\n");
  EXPECT_THAT(error().what(), HasSubstr("merges.txt: line 2 is not two tokens"));
}

TEST_F(TokenizerTest, ForeignByteLevelClassIsUnsupported) {
  write("vocab.json", R"({"<s>":0,"</s>":1})");
  write("merges.txt", "");
  write("tokenizer_config.json", R"({"tokenizer_class": "CLIPTokenizer"})");
  EXPECT_EQ(error().code(), ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace trainer::text
