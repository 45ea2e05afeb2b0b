#include "data/tables/table_file.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/directories.hpp"
#include "trainer/data/data_test_files.hpp"

namespace trainer::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class TableFile : public testing::Test {
 protected:
  std::string error(const std::string& name, std::string_view content) {
    write_file(folder_ / name, content);
    return message_of([&] { read(folder_ / name); });
  }
  tracker::test::TempDirectory folder_;
};

TEST_F(TableFile, CsvKeepsQuotesCommasAndLines) {
  write_file(folder_ / "a.csv",
             "\xEF\xBB\xBFid,text,label\r\n1,\"a \"\"b\"\", c\r\nd\",1\r\n\r\n2,plain,0\r\n3,,1");
  const Dataset dataset = read(folder_ / "a.csv");
  ASSERT_EQ(dataset.rows.size(), 3U);
  EXPECT_EQ(dataset.rows[0].text, "a \"b\", c\r\nd");
  EXPECT_EQ(dataset.rows[0].label, 1);
  EXPECT_EQ(dataset.rows[1].text, "plain");
  EXPECT_EQ(dataset.rows[2].text, "");
  EXPECT_TRUE(dataset.label_names.empty());
}

TEST_F(TableFile, ClassNamesAreNumberedInOrderOfTheirBytes) {
  write_file(folder_ / "a.csv", "text,label\na,pos\nb,Neutral\nc,neg\n");
  const Dataset dataset = read(folder_ / "a.csv");
  EXPECT_THAT(dataset.label_names, ElementsAre("Neutral", "neg", "pos"));
  EXPECT_EQ(dataset.rows[0].label, 2);
}

TEST_F(TableFile, SelectionKeepsTheClassesOfTheWholeFile) {
  write_file(folder_ / "a.csv", "text,label\na,x\nb,y\nc,z\n");
  const Dataset dataset =
      read(folder_ / "a.csv", Split::kTrain, {.samples = 1, .shuffle_seed = 42});
  EXPECT_EQ(dataset.rows.size(), 1U);
  EXPECT_THAT(dataset.label_names, ElementsAre("x", "y", "z"));
}

TEST_F(TableFile, JsonThatNestsTooDeepIsRefusedWithItsLine) {
  const auto row = [](std::size_t levels, const std::string& open, const std::string& close) {
    std::string text = R"({"text":"a","label":1,"more":)";
    for (std::size_t i = 0; i < levels; ++i) text += open;
    text += "0";
    for (std::size_t i = 0; i < levels; ++i) text += close;
    return text + "}\n";
  };
  EXPECT_EQ(error("a.jsonl", row(31, "[", "]")), "");
  EXPECT_EQ(error("a.jsonl", row(31, R"({"a":)", "}")), "");
  const std::string said = "a.jsonl: line 2 nests deeper than 32 levels";
  EXPECT_THAT(error("a.jsonl", row(1, "[", "]") + row(32, "[", "]")), HasSubstr(said));
  EXPECT_THAT(error("a.jsonl", row(1, "[", "]") + row(32, R"({"a":)", "}")), HasSubstr(said));
  EXPECT_THAT(error("a.jsonl", row(1, "[", "]") + row(100'000, "[", "]")), HasSubstr(said));
}

TEST_F(TableFile, CsvErrorsNameTheLine) {
  EXPECT_THAT(error("a.csv", ""), HasSubstr("a.csv: is empty"));
  EXPECT_THAT(error("a.csv", "text,score\na,1\n"),
              HasSubstr("has no column 'label' (its columns: text, score)"));
  EXPECT_THAT(error("a.csv", "text,label\n\"a\nb\",1\nc\n"),
              HasSubstr("a.csv: line 4 has 1 fields, the header 2"));
  EXPECT_THAT(error("a.csv", "text,label\na,1\n\"b,1\n"), HasSubstr("line 3 opens a quote"));
  EXPECT_THAT(error("a.csv", "text,label\n\"a\"b,1\n"),
              HasSubstr("line 2 has text behind a closing quote"));
  EXPECT_THAT(error("a.csv", "text,label\na\xff,1\n"), HasSubstr("line 2 is not UTF-8"));
  EXPECT_THAT(error("a.csv", "text,label\na,1\nb,-1\n"), HasSubstr("line 3 has the label -1"));
  EXPECT_THAT(error("a.csv", "text,label\na,1\nb,\n"), HasSubstr("line 3 has no label"));
  EXPECT_THAT(error("a.csv", "text,label\n"), HasSubstr("has no rows"));
}

TEST_F(TableFile, LabelsOutsideTheModelNameTheLine) {
  write_file(folder_ / "a.jsonl", "{\"text\":\"a\",\"label\":1}\n\n{\"text\":\"b\",\"label\":2}\n");
  DatasetOptions options;
  options.source = (folder_ / "a.jsonl").string();
  options.label_count = 2;
  const std::string message = message_of([&] { read_dataset(options, Split::kTrain, {}); });
  EXPECT_THAT(message, HasSubstr("a.jsonl: line 3 has the label 2; labels are 0 to 1"));
  options.label_count.reset();
  options.label_names = {"no", "yes"};
  EXPECT_THAT(message_of([&] { read_dataset(options, Split::kTrain, {}); }),
              HasSubstr("labels are 0 to 1"));
}

TEST_F(TableFile, GivenNamesNumberTheClasses) {
  write_file(folder_ / "a.csv", "text,label\na,no\nb,yes\n");
  DatasetOptions options;
  options.source = (folder_ / "a.csv").string();
  options.label_names = {"yes", "no"};
  EXPECT_EQ(read_dataset(options, Split::kTest, {}).rows[0].label, 1);
  options.label_names = {"yes", "maybe"};
  EXPECT_THAT(message_of([&] { read_dataset(options, Split::kTest, {}); }),
              HasSubstr("line 2 has the label 'no', which is none of the classes (yes, maybe)"));
}

TEST_F(TableFile, JsonLinesAndArraysReadAlike) {
  write_file(folder_ / "a.jsonl",
             "{\"text\":\"a\\u00e9\",\"b\":\"x\",\"label\":\"p\"}\r\n{\"text\":\"c\",\"b\":\"y\","
             "\"label\":\"n\"}");
  write_file(folder_ / "a.json",
             R"( [{"text":"aé","b":"x","label":"p"}, {"text":"c","b":"y","label":"n"}])");
  DatasetOptions options;
  options.text_pair_column = "b";
  options.source = (folder_ / "a.jsonl").string();
  const Dataset lines = read_dataset(options, Split::kTrain, {});
  options.source = (folder_ / "a.json").string();
  const Dataset array = read_dataset(options, Split::kTrain, {});
  EXPECT_EQ(lines.fingerprint, array.fingerprint);
  EXPECT_EQ(lines.rows[0].text_pair, "x");
  EXPECT_EQ(lines.rows[0].label, 1);
}

TEST_F(TableFile, JsonErrorsNameTheLine) {
  EXPECT_THAT(error("a.jsonl", "{\"text\":\"a\",\"label\":1}\n{\"text\""),
              HasSubstr("a.jsonl: line 2 is not valid JSON"));
  EXPECT_THAT(error("a.jsonl", "{\"text\":\"a\xff\",\"label\":1}"),
              HasSubstr("line 1 is not valid JSON in UTF-8"));
  EXPECT_THAT(error("a.jsonl", "{\"label\":1}"),
              HasSubstr("line 1: has no column 'text' (its columns: label)"));
  EXPECT_THAT(error("a.jsonl", "{\"text\":1,\"label\":1}"),
              HasSubstr("line 1 has a 'text' that is not a string"));
  EXPECT_THAT(error("a.jsonl", "{\"text\":\"\",\"label\":{\"a\":1}}"),
              HasSubstr("neither a number, a class name nor a list of them"));
  EXPECT_THAT(error("a.json", "[1]"), HasSubstr("element 1 is not a JSON object"));
}

TEST_F(TableFile, CompressedFilesReadAsPlainOnes) {
  const std::string content = "{\"text\":\"a\",\"label\":1}\n";
  for (const char* name : {"a.jsonl.gz", "a.jsonl.zst"}) {
    EXPECT_EQ(read(compress(content, folder_.path(), name)).rows[0].text, "a") << name;
  }
}

TEST_F(TableFile, CutOffCompressedFileIsAnError) {
  std::string content;
  for (int i = 0; i < 5000; ++i)
    content += fmt::format("{{\"text\":\"{}\",\"label\":1}}\n", i * 7919);
  const std::string file = compress(content, folder_.path(), "a.jsonl.gz");
  std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
  EXPECT_THAT(message_of([&] { read(file); }), HasSubstr("a.jsonl.gz: cannot be read"));
}

TEST_F(TableFile, ParquetOfDatasetsReadsWithItsClassNames) {
  const Dataset dataset =
      read(std::filesystem::path(TRACKER_SOURCE_DIR) / "tests/golden/datasets/class_label.parquet");
  ASSERT_EQ(dataset.rows.size(), 3U);
  EXPECT_EQ(dataset.rows[1].text, "no \u00e9");
  EXPECT_EQ(dataset.rows[0].label, 1);
  EXPECT_THAT(dataset.label_names, ElementsAre("neg", "pos"));
}

TEST_F(TableFile, ParquetErrorsNameTheFileAndTheColumn) {
  EXPECT_THAT(error("a.parquet", "PAR1 not really PAR1"),
              HasSubstr("a.parquet: cannot be read as Parquet"));
  DatasetOptions options;
  options.source = std::string(TRACKER_SOURCE_DIR) + "/tests/golden/datasets/class_label.parquet";
  options.text_column = "body";
  EXPECT_THAT(message_of([&] { read_dataset(options, Split::kTrain, {}); }),
              HasSubstr("has no column 'body' (its columns: text, label, other)"));
  options.text_column = "other";
  EXPECT_THAT(message_of([&] { read_dataset(options, Split::kTrain, {}); }),
              HasSubstr("column 'other' is float, not a string"));
}

TEST_F(TableFile, MoreSamplesThanRowsIsAnError) {
  write_file(folder_ / "a.csv", "text,label\na,1\n");
  EXPECT_THAT(message_of([&] {
                read(folder_ / "a.csv", Split::kTrain, {.samples = 2, .shuffle_seed = 1});
              }),
              HasSubstr("2 samples asked for, it has 1 rows"));
}

TEST_F(TableFile, UnknownSourcesAreErrors) {
  EXPECT_THAT(message_of([] { read("nowhere.csv"); }),
              HasSubstr("no such file or directory, nor a hub id"));
  EXPECT_THAT(message_of([] { read("some/where.csv"); }), HasSubstr("no such file or directory"));
  // What the hub allows as an id, and no more, is asked for there.
  for (const char* no_id : {"my data/train", "a--b/c", "org/name.", "name"}) {
    EXPECT_THAT(message_of([&] { read(no_id); }), HasSubstr("nor a hub id")) << no_id;
  }
  EXPECT_THAT(error("a.xls", "x"), HasSubstr("is no known kind of data set"));
}

TEST(FileKindOf, IsToldByTheName) {
  EXPECT_EQ(file_kind("a.tar.gz"), FileKind::kArchive);
  EXPECT_EQ(file_kind("a.csv.gz"), FileKind::kCsv);
  EXPECT_EQ(file_kind("a.jsonl.zst"), FileKind::kJson);
  EXPECT_EQ(file_kind("a.parquet"), FileKind::kParquet);
  EXPECT_EQ(file_kind("a.gz"), std::nullopt);
}

}  // namespace
}  // namespace trainer::data
