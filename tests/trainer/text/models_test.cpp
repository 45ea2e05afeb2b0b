// Models alone: ids, places and the way back, on vocabularies small enough to follow by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/models/model.hpp"

namespace trainer::text {

void PrintTo(const Token& token, std::ostream* out) {
  *out << token.id << '[' << token.begin << ',' << token.end << ')';
}

namespace {

using testing::ElementsAre;

std::unique_ptr<Model> model(const char* json, WordUnit unit = WordUnit::kCharacters) {
  return load_model({Json::parse(json), "model"}, unit);
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

}  // namespace
}  // namespace trainer::text
