// Models alone: ids, places and the way back, on vocabularies small enough to follow by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

#include "config/error.hpp"
#include "support/directories.hpp"
#include "text/models/double_array.hpp"
#include "text/models/json_number.hpp"
#include "text/models/model.hpp"
#include "text/tokenizer_document.hpp"

namespace trainer::text {

void PrintTo(const Token& token, std::ostream* out) {
  *out << token.id << '[' << token.begin << ',' << token.end << ')';
}

namespace {

using testing::ElementsAre;

std::unique_ptr<Model> model(const char* json, WordUnit unit = WordUnit::kCharacters) {
  const TokenizerDocument document =
      parse_tokenizer_document(std::string(R"({"model":)") + json + "}", "test");
  return load_model({document.json["model"], "model"}, document.tables, unit);
}

std::vector<Token> tokens(const Model& model, std::string_view word) {
  std::vector<std::int32_t> ids;
  model.encode(word, ids);
  std::vector<Token> tokens;
  model.encode(word, tokens);
  EXPECT_EQ(ids.size(), tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) EXPECT_EQ(ids[i], tokens[i].id);
  return tokens;
}

TEST(WordPieceModel, TokensHaveTheirPlacesAndUnknownWordsTheWhole) {
  const auto pieces = model(
      R"({"type":"WordPiece","unk_token":"[UNK]","vocab":{"[UNK]":0,"un":1,"##é":2,"##able":3}})");
  EXPECT_THAT(tokens(*pieces, "unéable"),
              ElementsAre(Token{1, 0, 2}, Token{2, 2, 4}, Token{3, 4, 8}));
  EXPECT_THAT(tokens(*pieces, "unéx"), ElementsAre(Token{0, 0, 5}));
  EXPECT_EQ(pieces->token_of(2), "##é");
  EXPECT_EQ(pieces->token_of(4), std::nullopt);
}

TEST(BpeModel, PlacesAreSumsOfLengths) {
  const auto bpe =
      model(R"({"type":"BPE","vocab":{"a":0,"b":1,"é":2,"ab":3},"merges":[["a","b"]]})");
  EXPECT_THAT(tokens(*bpe, "éab"), ElementsAre(Token{2, 0, 2}, Token{3, 2, 4}));
  // An unknown character without an unknown token is left out, places and all.
  EXPECT_THAT(tokens(*bpe, "éxab"), ElementsAre(Token{2, 0, 2}, Token{3, 2, 4}));
}

TEST(BpeModel, FusedUnknownIsAsLongAsItsCharacters) {
  const auto bpe =
      model(R"({"type":"BPE","unk_token":"?","fuse_unk":true,"vocab":{"a":0,"?":1},"merges":[]})");
  EXPECT_THAT(tokens(*bpe, "axéa"), ElementsAre(Token{0, 0, 1}, Token{1, 1, 4}, Token{0, 4, 5}));
}

TEST(BpeModel, BytesThatAreLeftOutCountAsTheyAreWritten) {
  // The space is written "Ġ", two bytes, and is not in the vocabulary: "a" is placed on its first
  // byte, "b" on its second, as the library does.
  const auto bpe = model(R"({"type":"BPE","vocab":{"a":0,"b":1},"merges":[]})", WordUnit::kBytes);
  EXPECT_THAT(tokens(*bpe, " ab"), ElementsAre(Token{0, 0, 1}, Token{1, 0, 1}));
}

TEST(BpeModel, TokensOfBytesAreWrittenInTheAlphabet) {
  const auto bpe =
      model(R"({"type":"BPE","vocab":{"Ġ":0,"a":1,"Ġa":2,"a b":3},"merges":[["Ġ","a"]]})",
            WordUnit::kBytes);
  EXPECT_THAT(tokens(*bpe, " a"), ElementsAre(Token{2, 0, 2}));
  EXPECT_EQ(bpe->token_of(2), "Ġa");
  EXPECT_EQ(bpe->id_of("Ġa"), 2);
  EXPECT_EQ(bpe->token_of(3), "a b");
  EXPECT_EQ(bpe->id_of("a b"), 3);
  EXPECT_EQ(bpe->vocab_size(), 4U);
}

// Random models of every kind, made and solved by tests/golden/make_model_goldens.py.
TEST(Models, TokensAndPlacesAreThoseOfTheLibrary) {
  const char* other = std::getenv("TRACKER_MODEL_CASES");
  std::ifstream in(other != nullptr ? other
                                    : TRACKER_SOURCE_DIR "/tests/golden/models/cases.jsonl");
  std::size_t words = 0;
  for (std::string line; std::getline(in, line);) {
    const Json golden = Json::parse(line);
    const auto made = model(golden["model"].dump().c_str());
    for (const Json& word : golden["words"]) {
      const auto text = word[0].get<std::string>();
      ++words;
      if (word[1].is_null()) {
        std::vector<std::int32_t> ids;
        EXPECT_THROW(made->encode(text, ids), Error) << text << ' ' << golden["model"];
        continue;
      }
      std::vector<Token> expected;
      for (const Json& token : word[1]) expected.push_back({token[0], token[1], token[2]});
      ASSERT_EQ(tokens(*made, text), expected) << text << ' ' << golden["model"];
    }
  }
  EXPECT_GT(words, 900U);
}

class LongWord : public testing::TestWithParam<const char*> {};

// A megabyte without a space. Quadratic work would take hours.
TEST_P(LongWord, TakesNoQuadraticTime) {
  const auto made = model(GetParam());
  std::string word;
  while (word.size() < (1U << 20U)) word += "abxabaé";
  const auto start = std::chrono::steady_clock::now();
  EXPECT_GT(tokens(*made, word).size(), 100000U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, LongWord,
    testing::Values(
        R"({"type":"BPE","unk_token":"?","fuse_unk":true,"vocab":{"a":0,"b":1,"ab":2,"aba":3,"?":4},
            "merges":["a b","ab a"]})",
        R"({"type":"Unigram","unk_id":0,"vocab":[["?",0],["a",-1],["b",-1.5],["ab",-1.7],["aba",-2]]})",
        R"({"type":"WordPiece","unk_token":"?","continuing_subword_prefix":"","vocab":{"?":0,"a":1,"b":2,
            "ab":3,"x":4,"é":5},"max_input_chars_per_word":100000000})"));

TEST(Models, HugeIdsAndHolesTakeNoMemory) {
  const auto level =
      model(R"({"type":"WordLevel","unk_token":"a","vocab":{"a":2147483647,"b":0}})");
  EXPECT_EQ(level->token_of(2147483647), "a");
  EXPECT_EQ(level->token_of(5), std::nullopt);
  EXPECT_EQ(level->vocab_size(), 2U);
}

// Random keys over few bytes, zero among them, so that they share beginnings and repeat.
TEST(DoubleArray, FindsWhatAMapFinds) {
  std::mt19937 random(5);
  const auto random_key = [&random] {
    std::string key(1 + random() % 6, '\0');
    for (char& byte : key) byte = "\0\1ab\x7f\x80\xff"[random() % 7];
    return key;
  };
  std::vector<std::string> keys(20000);
  for (std::string& key : keys) key = random_key();
  std::map<std::string, std::int32_t> expected;
  std::vector<DoubleArray::Entry> entries;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    expected[keys[i]] = static_cast<std::int32_t>(i);
    entries.push_back({keys[i], static_cast<std::int32_t>(i)});
  }
  const DoubleArray trie(entries);
  for (int i = 0; i < 40000; ++i) {
    const std::string key = random_key();
    const auto at = expected.find(key);
    ASSERT_EQ(trie.find(key), at == expected.end() ? DoubleArray::kNoValue : at->second);
  }
  EXPECT_EQ(DoubleArray().find("a"), DoubleArray::kNoValue);
  EXPECT_EQ(trie.find(""), DoubleArray::kNoValue);
}

TEST(JsonNumber, IsReadWithTheLibrarysRounding) {
  EXPECT_EQ(as_library_reads("-5.10"), -5.1);
  EXPECT_EQ(as_library_reads("12e3"), 12000.0);
  EXPECT_EQ(as_library_reads("0.0"), 0.0);
  EXPECT_EQ(as_library_reads("1e-400"), 0.0);
  EXPECT_EQ(as_library_reads("100000000000000000000000"), 1e23);
  // 17 digits: the correctly rounded value is one place off.
  EXPECT_EQ(as_library_reads("-11.283877364282823"), -11283877364282823.0 / 1e15);
}

TEST(UnigramModel, BrokenOnesAreRefused) {
  EXPECT_THROW(model(R"({"type":"Unigram","unk_id":1,"vocab":[["a",0]]})"), Error);
  EXPECT_THROW(model(R"({"type":"Unigram","unk_id":-1,"vocab":[["a",0]]})"), Error);
  EXPECT_THROW(model(R"({"type":"Unigram","vocab":[["a"]]})"), Error);
  EXPECT_THROW(model(R"({"type":"Unigram","vocab":{"a":0}})"), Error);
  EXPECT_THROW(model(R"({"type":"Unigram","vocab":[["a",0,1]]})"), Error);
  EXPECT_THROW(model(R"({"type":"Unigram","vocab":[[0,"a"]]})"), Error);
  EXPECT_THROW(model(R"({"type":"Unigram","vocab":[[["a"],0]]})"), Error);
}

}  // namespace
}  // namespace trainer::text
