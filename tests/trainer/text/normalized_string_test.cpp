// Where bytes came from. Expected values: alignments_original of `tokenizers`' NormalizedString.
#include "text/normalized_string.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "text/unicode/grapheme.hpp"

namespace trainer::text {
namespace {

using testing::ElementsAre;

class NormalizedStringTest : public testing::Test {
 protected:
  NormalizedString whole(std::string_view text) {
    return NormalizedString(text, Tracking::kOn, store_);
  }
  static std::vector<Span> origins(const NormalizedString& text) {
    std::vector<Span> out;
    for (std::size_t i = 0; i < text.text().size(); ++i) out.push_back(text.original(i, i + 1));
    return out;
  }
  TextStore store_;
};

TEST_F(NormalizedStringTest, BytesOfACharacterComeFromAllOfIt) {
  EXPECT_THAT(origins(whole("a\u00e9")), ElementsAre(Span{0, 1}, Span{1, 3}, Span{1, 3}));
}

TEST_F(NormalizedStringTest, TransformReplacesInsertsAndRemoves) {
  const NormalizedString source = whole("\u00e9bcd");
  Transform out(source, store_);
  out.put("e", 0);
  out.put("'", 1);   // came from where the e did
  out.put("B", -1);  // takes the place of b, and c vanishes
  out.put("d", 0);
  const NormalizedString made = out.finish();
  EXPECT_EQ(made.text(), "e'Bd");
  EXPECT_THAT(origins(made), ElementsAre(Span{0, 2}, Span{0, 2}, Span{2, 3}, Span{4, 5}));
  EXPECT_EQ(made.original(1, 4), (Span{0, 5}));
}

TEST_F(NormalizedStringTest, ReplacementComesFromTheEndOfWhatItReplaces) {
  const NormalizedString source = whole("ab cd");
  Replacement out(source, store_);
  out.replace(1, 3, "\u2581");
  const NormalizedString made = out.finish();
  EXPECT_EQ(made.text(), "a\u2581cd");
  EXPECT_THAT(origins(made),
              ElementsAre(Span{0, 1}, Span{2, 3}, Span{2, 3}, Span{2, 3}, Span{3, 4}, Span{4, 5}));
}

TEST_F(NormalizedStringTest, SlicesKnowWhereTheyBegin) {
  const NormalizedString source = whole("ab cd");
  const NormalizedString part = source.slice(3, 5);
  EXPECT_EQ(part.text(), "cd");
  EXPECT_EQ(part.original(0, 2), (Span{3, 5}));
  EXPECT_FALSE(part.at_origin());
  EXPECT_TRUE(source.slice(0, 2).at_origin());
  EXPECT_EQ(part.original(1, 1), (Span{4, 4}));  // an empty range is where it is
}

TEST_F(NormalizedStringTest, OriginIsKnownWithoutAlignments) {
  const NormalizedString source(" ab", Tracking::kOff, store_);
  EXPECT_FALSE(source.tracked());
  const NormalizedString stripped = source.narrowed(1, 3);
  EXPECT_TRUE(stripped.at_origin());
  // What is cut from it begins behind the space, so it is not where the text begins.
  EXPECT_FALSE(stripped.slice(0, 2).at_origin());
  EXPECT_TRUE(prepend(source, "x", store_).slice(0, 1).at_origin());
}

TEST_F(NormalizedStringTest, StoreGivesItsMemoryAgain) {
  for (int round = 0; round < 3; ++round) {
    store_.clear();
    EXPECT_EQ(prepend(whole("b"), "a", store_).text(), "ab");
  }
}

// The break rules of Unicode Standard Annex 29.
TEST(GraphemeLength, JoinsWhatBelongsTogether) {
  EXPECT_EQ(grapheme_length("ab"), 1U);
  EXPECT_EQ(grapheme_length("\r\n"), 2U);
  EXPECT_EQ(grapheme_length("\n\u0301"), 1U);
  EXPECT_EQ(grapheme_length("e\u0301\u0302x"), 5U);
  EXPECT_EQ(grapheme_length("\u1100\u1161\u11a8\u1100"), 9U);
  EXPECT_EQ(grapheme_length("\U0001F1E9\U0001F1EA\U0001F1EB"), 8U);
  EXPECT_EQ(grapheme_length("\U0001F469\u200d\U0001F467x"), 11U);
  EXPECT_EQ(grapheme_length("\u0915\u094d\u0937\u0915"), 9U);  // GB9c
  EXPECT_EQ(grapheme_length("\u0600a"), 3U);
  EXPECT_EQ(grapheme_length("a\u0897"), 4U);  // a mark since Unicode 16
}

}  // namespace
}  // namespace trainer::text
