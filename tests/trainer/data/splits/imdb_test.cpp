#include "data/splits/imdb.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "hub/hub.hpp"
#include "support/directories.hpp"
#include "trainer/data/data_test_files.hpp"

namespace trainer::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A hub that is never reached: offline, with an empty cache.
class Imdb : public testing::Test {
 protected:
  Imdb() {
    ::unsetenv("IMDB_ARCHIVE");
    options_.bundled_sample = std::filesystem::path(TRACKER_SOURCE_DIR) / "data" / "imdb-sample";
  }
  hub::Hub offline_hub() const {
    hub::HubSettings settings;
    settings.cache = folder_ / "cache";
    settings.offline = true;
    return hub::Hub(settings);
  }
  Dataset read(Split split, const Selection& selection) const {
    return read_dataset(options_, split, selection, offline_hub());
  }

  tracker::test::TempDirectory folder_;
  DatasetOptions options_;
};

// Checksums of the rows that `datasets` selects from stanfordnlp/imdb.
TEST_F(Imdb, BundledRowsAreThoseOfShuffleSeed42) {
  const Dataset train = read(Split::kTrain, {.samples = 500, .shuffle_seed = 42});
  EXPECT_EQ(train.rows.size(), 500U);
  EXPECT_EQ(train.fingerprint, "db6483dd57dbb70613b58b8f519e57f4de8fffdf165963dd8be4267e03592d1b");
  EXPECT_EQ(std::ranges::count(train.rows, 1, &Example::label), 246);
  EXPECT_THAT(train.label_names, ElementsAre("neg", "pos"));
  const Dataset test = read(Split::kTest, {.samples = 100, .shuffle_seed = 42});
  EXPECT_EQ(test.fingerprint, "efb23832c3a4f74e12b704514d4c9c8fdbf1dd293faecbfbd870b96284147944");
  EXPECT_EQ(std::ranges::count(test.rows, 1, &Example::label), 47);
}

TEST_F(Imdb, FewerSamplesAreTheirFirstRows) {
  const Dataset all = read(Split::kTrain, {.samples = 500, .shuffle_seed = 42});
  const Dataset some = read(Split::kTrain, {.samples = 7, .shuffle_seed = 42});
  ASSERT_EQ(some.rows.size(), 7U);
  EXPECT_EQ(some.rows[6].text, all.rows[6].text);
}

TEST_F(Imdb, WhatIsNotBundledAsksForArchiveOrHub) {
  const std::string more =
      message_of([&] { read(Split::kTrain, {.samples = 501, .shuffle_seed = 42}); });
  EXPECT_THAT(more, HasSubstr("501 rows of shuffle seed 42 of the train split asked for, 500"));
  EXPECT_THAT(more, HasSubstr("set IMDB_ARCHIVE"));
  EXPECT_THAT(message_of([&] { read(Split::kTest, {.samples = 5, .shuffle_seed = 7}); }),
              HasSubstr("set IMDB_ARCHIVE"));
  EXPECT_THAT(message_of([&] { read(Split::kTest, {}); }),
              HasSubstr("all rows of the test split asked for, 100"));
}

TEST_F(Imdb, ArchiveOfTheEnvironmentComesFirst) {
  write_archive(folder_ / "a.tar.gz",
                {{"aclImdb/train/neg/0_1.txt", "bad"}, {"aclImdb/train/pos/0_9.txt", "good"}});
  ::setenv("IMDB_ARCHIVE", (folder_ / "a.tar.gz").c_str(), 1);
  const Dataset train = read(Split::kTrain, {});
  ::unsetenv("IMDB_ARCHIVE");
  ASSERT_EQ(train.rows.size(), 2U);
  EXPECT_EQ(train.rows[1].text, "good");
}

// The whole data set, where its archive is on the machine: set IMDB_ARCHIVE_FOR_TESTS.
TEST_F(Imdb, WholeArchiveHasTheHubsRowsInTheirOrder) {
  const char* archive = std::getenv("IMDB_ARCHIVE_FOR_TESTS");
  if (archive == nullptr) GTEST_SKIP() << "IMDB_ARCHIVE_FOR_TESTS is not set";
  options_.imdb_archive = archive;
  EXPECT_EQ(read(Split::kTrain, {}).fingerprint,
            "b666956c4c5885576c485d9ef4c23fc061d092bd5be643f0fbde4d1e386e555f");
  EXPECT_EQ(read(Split::kTest, {}).fingerprint,
            "4ba6fad60216adb0fbbaa8601faf45ba0dc8fdf75f304e8be220b0bcc391858a");
  EXPECT_EQ(read(Split::kTrain, {.samples = 2000, .shuffle_seed = 42}).fingerprint,
            "695dce97f2cabaefdf8eaa558d0023de697cc5c61c9e26b42f6b6d7f9e50ff25");
  EXPECT_EQ(read(Split::kTest, {.samples = 1000, .shuffle_seed = 42}).fingerprint,
            "65c166793caa1b355c4e01aada90d0e4de4422d3e277358f1bc351a5d1dcf313");
}

}  // namespace
}  // namespace trainer::data
