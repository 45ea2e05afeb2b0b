#include "data/archives/class_folders.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/selection/numpy_random.hpp"
#include "trainer/data/data_test_files.hpp"

namespace trainer::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ClassFoldersTest : public testing::Test {
 protected:
  tracker::test::TempDirectory folder_;
};

bool has_evaluation(const std::string& source) {
  DatasetOptions options;
  options.source = source;
  return DatasetSource(options).has_evaluation();
}

std::vector<std::string> texts_of(const Dataset& dataset) {
  std::vector<std::string> texts;
  for (const Example& row : dataset.rows) texts.push_back(row.text);
  return texts;
}

TEST_F(ClassFoldersTest, ArchiveOfImdbsLayoutReadsInTheHubsOrder) {
  std::vector<std::pair<std::string, std::string>> members = {
      {"aclImdb/README", "x"},
      {"aclImdb/train/urls_neg.txt", "x"},
      {"aclImdb/train/unsup/0_0.txt", "unrated"}};
  for (int i = 0; i < 130; ++i) {
    members.push_back({fmt::format("aclImdb/train/pos/{}_9.txt", i), fmt::format("p{}", i)});
    members.push_back({fmt::format("aclImdb/train/neg/{}_1.txt", i), fmt::format("n{}", i)});
  }
  members.push_back({"aclImdb/test/pos/0_9.txt", "t"});
  const auto file = folder_ / "a.tar.gz";
  write_archive(file, members);
  const Dataset dataset = read(file);
  ASSERT_EQ(dataset.rows.size(), 260U);
  EXPECT_THAT(dataset.label_names, ElementsAre("neg", "pos"));
  EXPECT_EQ(dataset.rows[0].text, "n127");
  EXPECT_EQ(dataset.rows[127].text, "n0");
  EXPECT_EQ(dataset.rows[128].text, "n129");
  EXPECT_EQ(dataset.rows[129].text, "n128");
  EXPECT_EQ(dataset.rows[130].text, "p127");
  EXPECT_EQ(dataset.rows[130].label, 1);
  EXPECT_THAT(texts_of(read(file, Split::kTest)), ElementsAre("t"));
  EXPECT_TRUE(has_evaluation(file.string()));
}

TEST_F(ClassFoldersTest, ZipWithoutSplitsReadsByName) {
  write_archive(folder_ / "a.zip", {{"b/2.txt", "b2"}, {"a/z.txt", "az"}, {"b/1.txt", "b1"}});
  EXPECT_THAT(texts_of(read(folder_ / "a.zip")), ElementsAre("az", "b1", "b2"));
  EXPECT_FALSE(has_evaluation((folder_ / "a.zip").string()));
}

TEST_F(ClassFoldersTest, MembersThatLeaveTheFolderAreRefused) {
  write_archive(folder_ / "a.tar.gz",
                {{"train/pos/0_1.txt", "x"}, {"train/../../../etc/0_1.txt", "x"}});
  EXPECT_THAT(message_of([&] { read(folder_ / "a.tar.gz"); }),
              HasSubstr("leaves the archive's folder"));
  write_archive(folder_ / "b.tar.gz", {{"/train/pos/0_1.txt", "x"}});
  EXPECT_THAT(message_of([&] { read(folder_ / "b.tar.gz"); }),
              HasSubstr("leaves the archive's folder"));
}

TEST_F(ClassFoldersTest, DamagedArchivesAreErrors) {
  std::vector<std::pair<std::string, std::string>> members;
  for (int i = 0; i < 200; ++i)
    members.push_back({fmt::format("train/pos/{}_1.txt", i), std::to_string(i * 7919)});
  const auto file = folder_ / "a.tar.gz";
  write_archive(file, members);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  EXPECT_THAT(message_of([&] { read(file); }), HasSubstr("a.tar.gz: cannot be read"));
  write_file(folder_ / "b.tar.gz", "not an archive at all");
  EXPECT_THAT(message_of([&] { read(folder_ / "b.tar.gz"); }),
              HasSubstr("b.tar.gz: cannot be read"));
  EXPECT_THAT(message_of([&] { read(folder_ / "none.tar.gz"); }), HasSubstr("no such file"));
}

TEST_F(ClassFoldersTest, MissingSplitIsNamed) {
  write_archive(folder_ / "a.tar.gz", {{"train/pos/0_1.txt", "x"}});
  EXPECT_THAT(message_of([&] { read(folder_ / "a.tar.gz", Split::kTest); }),
              HasSubstr("has no split 'test' (it has: train)"));
}

TEST_F(ClassFoldersTest, DirectoriesReadLikeArchives) {
  write_file(folder_ / "d/train/pos/b.txt", "p");
  write_file(folder_ / "d/train/neg/a.txt", "n");
  write_file(folder_ / "d/dev/neg/a.txt", "v");
  EXPECT_THAT(texts_of(read(folder_ / "d")), ElementsAre("n", "p"));
  EXPECT_THAT(texts_of(read(folder_ / "d", Split::kTest)), ElementsAre("v"));
  EXPECT_TRUE(has_evaluation((folder_ / "d").string()));
}

TEST_F(ClassFoldersTest, LinksAndHugeMembersAreRefused) {
  write_archive(folder_ / "a.tar.gz", {{"train/pos/0_1.txt", "x"}},
                {{"train/pos/1_1.txt", "/etc/passwd"}});
  EXPECT_THAT(message_of([&] { read(folder_ / "a.tar.gz"); }),
              HasSubstr("train/pos/1_1.txt is a link, not a text"));
  write_archive(folder_ / "b.zip", {{"train/pos/0_1.txt", std::string((64U << 20U) + 1, 'x')}});
  EXPECT_THAT(message_of([&] { read(folder_ / "b.zip"); }),
              HasSubstr("member train/pos/0_1.txt is longer than 64 MiB"));
}

TEST_F(ClassFoldersTest, ErrorsNameTheMember) {
  write_archive(folder_ / "a.zip", {{"train/pos/1.txt", "x"}, {"train/neg/2.txt", "\xff"}});
  EXPECT_THAT(message_of([&] { read(folder_ / "a.zip"); }),
              HasSubstr("a.zip: train/neg/2.txt is not UTF-8"));
}

TEST_F(ClassFoldersTest, SelectionReadsTheSameRowsOutOfArchiveAndDirectory) {
  std::vector<std::pair<std::string, std::string>> members;
  for (int i = 0; i < 50; ++i) {
    members.push_back({fmt::format("train/{}/{}.txt", i % 3, 99 - i), fmt::format("text {}", i)});
    write_file(folder_ / "d" / members.back().first, members.back().second);
  }
  write_archive(folder_ / "a.tar.gz", members);
  const Selection selection{.samples = 20, .shuffle_seed = 7};
  const Dataset all = read(folder_ / "d");
  const Dataset packed = read(folder_ / "a.tar.gz", Split::kTrain, selection);
  const Dataset plain = read(folder_ / "d", Split::kTrain, selection);
  EXPECT_EQ(packed.fingerprint, plain.fingerprint);
  EXPECT_EQ(all.rows[numpy_permutation(7, 50)[3]].text, plain.rows[3].text);
}

TEST_F(ClassFoldersTest, DirectoryOfTablesTakesTheSplitsFile) {
  write_file(folder_ / "d/train.csv", "text,label\na,1\n");
  write_file(folder_ / "d/test.csv", "text,label\nb,0\n");
  EXPECT_THAT(texts_of(read(folder_ / "d")), ElementsAre("a"));
  EXPECT_THAT(texts_of(read(folder_ / "d", Split::kTest)), ElementsAre("b"));
}

}  // namespace
}  // namespace trainer::data
