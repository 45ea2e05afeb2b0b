#include "data/tokens/token_cache.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <thread>

#include "config/error.hpp"
#include "data/fingerprint.hpp"
#include "data/tokens/token_cache_room.hpp"
#include "support/temp_directory.hpp"
#include "trainer/data/tokens/token_files.hpp"

namespace trainer::data {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAreArray;
using testing::HasSubstr;

class TokenCacheTest : public testing::Test {
 protected:
  TokenCacheSettings settings() {
    return {.folder = folder_.path() / "made" / "when needed",
            .warn = [this](std::string_view message) { said_ += message; }};
  }
  TokenArena ids(const Dataset& dataset, std::size_t max_length = 8) {
    return tokenize(dataset, bert_, {.max_length = max_length, .threads = 2}, settings());
  }
  std::string key(const Dataset& dataset, std::size_t max_length = 8) const {
    return token_cache_key(identity_of(dataset), bert_, max_length);
  }
  fs::path file(const Dataset& dataset) { return settings().folder / (key(dataset) + ".tokens"); }
  // Sets when a file was last used, in hours from now.
  static void set_age(const fs::path& file, int hours) {
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(hours));
  }

  text::Tokenizer bert_ = golden_tokenizer("bert");
  tracker::test::TempDirectory folder_;
  std::string said_;
};

TEST_F(TokenCacheTest, TheSecondTimeIdsComeFromTheFileAndLabelsFromTheRows) {
  Dataset dataset = numbered_rows(2500);
  const TokenArena first = ids(dataset);
  dataset.rows[1].label = 77;
  const fs::file_time_type long_ago = fs::file_time_type::clock::now() - std::chrono::hours(9);
  fs::last_write_time(file(dataset), long_ago);
  const TokenArena second = ids(dataset);
  EXPECT_THAT(second.ids, ElementsAreArray(first.ids));
  EXPECT_THAT(second.offsets, ElementsAreArray(first.offsets));
  EXPECT_EQ(second.labels[1], 77);
  EXPECT_GT(fs::last_write_time(file(dataset)), long_ago);  // a hit: used, not written
  EXPECT_EQ(files_in(settings().folder), 1U);
  EXPECT_EQ(said_, "");
}

TEST_F(TokenCacheTest, KeysDifferByTextsOrderLengthPairsAndTokenizer) {
  const Dataset dataset = numbered_rows(4);
  Dataset turned = dataset;
  std::swap(turned.rows[0], turned.rows[1]);
  Dataset pairs = numbered_rows(2);
  for (std::size_t i = 0; i < 2; ++i) {
    pairs.rows[i].text = dataset.rows[2 * i].text;
    pairs.rows[i].text_pair = dataset.rows[2 * i + 1].text;
  }
  ASSERT_EQ(fingerprint_of(pairs.rows), fingerprint_of(dataset.rows));  // which is why rows count
  const text::Tokenizer cased = golden_tokenizer("bert-cased");
  const std::vector<std::string> keys = {
      key(dataset), key(turned),           key(dataset, 9),
      key(pairs),   key(numbered_rows(3)), token_cache_key(identity_of(dataset), cased, 8)};
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), keys.size());
  EXPECT_EQ(keys[0].size(), 64U);
  EXPECT_EQ(keys[0], key(numbered_rows(4)));
}

TEST_F(TokenCacheTest, KeysDifferByWhetherTokenTypesAreGiven) {
  const text::Tokenizer bert = tokenizer_of_type(folder_.path() / "bert", "bert");
  const text::Tokenizer albert = tokenizer_of_type(folder_.path() / "albert", "albert");
  const TextsIdentity texts = identity_of(numbered_rows(4));
  EXPECT_NE(token_cache_key(texts, bert, 8), token_cache_key(texts, albert, 8));
}

TEST_F(TokenCacheTest, RowsOfWhichSomeArePairsAreNotCached) {
  Dataset dataset = numbered_rows(3);
  dataset.rows[1].text_pair = "x";
  EXPECT_EQ(key(dataset), "");
  EXPECT_EQ(ids(dataset).size(), 3U);
  EXPECT_FALSE(fs::exists(settings().folder));
}

TEST_F(TokenCacheTest, ADamagedFileIsToldOfAndMadeAgain) {
  const Dataset dataset = numbered_rows(50);
  const TokenArena first = ids(dataset);
  const std::string good = bytes_of(file(dataset));
  put_bytes(file(dataset), good.substr(0, good.size() - 5));
  EXPECT_THAT(ids(dataset).ids, ElementsAreArray(first.ids));
  EXPECT_THAT(said_, HasSubstr("its size is wrong; it is made again"));
  EXPECT_EQ(bytes_of(file(dataset)), good);
  said_.clear();
  ids(dataset);
  EXPECT_EQ(said_, "");
}

TEST_F(TokenCacheTest, AFolderThatCannotBeMadeIsToldOfAndIdsStayInMemory) {
  put_bytes(folder_.path() / "made", "a file where the folder should be");
  EXPECT_EQ(ids(numbered_rows(5)).size(), 5U);
  EXPECT_THAT(said_, HasSubstr("token ids are not kept on disk"));
}

TEST_F(TokenCacheTest, ErrorsOfRowsAreNotTheCaches) {
  EXPECT_THROW(ids(numbered_rows(5), 1), Error);
  EXPECT_EQ(said_, "");
  EXPECT_EQ(files_in(settings().folder), 0U);
}

TEST_F(TokenCacheTest, StreamedRowsGiveTheSameFileAndAreNotReadAgain) {
  const Dataset dataset = numbered_rows(2500);
  int opened = 0;
  StreamedRows rows{.texts = identity_of(dataset),
                    .open =
                        [&] {
                          ++opened;
                          return blocks_of(dataset);
                        },
                    .labels = [&] { return std::vector<std::int64_t>(2500, 5); }};
  const TokenizeOptions options{.max_length = 8, .threads = 2};
  const TokenArena first = tokenize(rows, bert_, options, settings());
  EXPECT_EQ(first.labels[4], 1);
  const TokenArena second = tokenize(rows, bert_, options, settings());
  EXPECT_EQ(second.labels[4], 5);
  EXPECT_EQ(opened, 1);
  EXPECT_THAT(second.ids, ElementsAreArray(ids(dataset).ids));
  EXPECT_EQ(files_in(settings().folder), 1U);
  rows.labels = [] { return std::vector<std::int64_t>(3); };
  EXPECT_THROW(tokenize(rows, bert_, options, settings()), Error);
}

TEST_F(TokenCacheTest, RowsReadInAnotherOrderGiveTheSameFile) {
  const Dataset dataset = numbered_rows(100);
  ids(dataset);
  const std::string expected = bytes_of(file(dataset));
  fs::remove(file(dataset));
  const StreamedRows rows{
      .texts = identity_of(dataset), .open = [&] { return reversed(dataset); }, .labels = {}};
  const TokenArena arena = tokenize(rows, bert_, {.max_length = 8, .threads = 2}, settings());
  EXPECT_EQ(bytes_of(file(dataset)), expected);
  EXPECT_EQ(arena.labels[4], 1);
  EXPECT_EQ(files_in(settings().folder), 1U);
}

TEST_F(TokenCacheTest, TwoAtOnceBothGetTheirIds) {
  const Dataset dataset = numbered_rows(3000);
  TokenArena one;
  TokenArena two;
  {
    const std::jthread other(
        [&] { one = tokenize(dataset, bert_, {.max_length = 8, .threads = 1}, settings()); });
    two = tokenize(dataset, bert_, {.max_length = 8, .threads = 1}, settings());
  }
  EXPECT_THAT(one.ids, ElementsAreArray(two.ids));
  EXPECT_EQ(files_in(settings().folder), 1U);
}

TEST_F(TokenCacheTest, RoomIsMadeByRemovingWhatWasUsedLongestAgo) {
  for (int i = 0; i < 4; ++i) {
    const fs::path name = folder_.path() / fmt::format("{}.tokens", i);
    put_bytes(name, std::string(100, 'x'));
    set_age(name, i == 2 ? 40 : i);
  }
  put_bytes(folder_.path() / "other", std::string(1000, 'x'));
  put_bytes(folder_.path() / ".0.1.2.tmp", "left behind");
  put_bytes(folder_.path() / ".1.1.2.tmp", "being written");
  set_age(folder_.path() / ".0.1.2.tmp", 30);
  make_room(folder_.path(), 250, folder_.path() / "3.tokens");
  const auto there = [this](const char* name) { return fs::exists(folder_.path() / name); };
  EXPECT_TRUE(there("0.tokens"));
  EXPECT_FALSE(there("1.tokens"));
  EXPECT_FALSE(there("2.tokens"));
  EXPECT_TRUE(there("3.tokens"));  // kept, though older than 1
  EXPECT_TRUE(there("other"));
  EXPECT_FALSE(there(".0.1.2.tmp"));
  EXPECT_TRUE(there(".1.1.2.tmp"));
  make_room(folder_.path() / "nowhere", 0, "");
}

}  // namespace
}  // namespace trainer::data
