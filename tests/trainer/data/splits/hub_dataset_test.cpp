#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/dataset.hpp"
#include "support/directories.hpp"
#include "trainer/data/data_test_files.hpp"
#include "trainer/hub/hub_fixture.hpp"

namespace trainer::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class HubDataset : public hub::HubFixture {
 protected:
  Dataset read(const test_support::HubServer& server, const DatasetOptions& options,
               Split split = Split::kTrain) {
    const hub::Hub hub(settings_for(server));
    return read_dataset(options, split, {}, hub);
  }
  static DatasetOptions named(const std::string& config) {
    DatasetOptions options;
    options.source = "org/tiny";
    options.config = config;
    return options;
  }
};

TEST_F(HubDataset, SplitsAreFoundByTheNamesOfTheFiles) {
  const test_support::HubServer server(
      {{"datasets/org/tiny/README.md", "no card"},
       {"datasets/org/tiny/data/train-00001-of-00002.csv", "text,label\nb,1\n"},
       {"datasets/org/tiny/data/train-00000-of-00002.csv", "text,label\na,0\n"},
       {"datasets/org/tiny/data/validation-00000-of-00001.csv", "text,label\nv,1\n"},
       {"datasets/org/tiny/other.txt", "x"}});
  const Dataset train = read(server, named(""));
  ASSERT_EQ(train.rows.size(), 2U);
  EXPECT_EQ(train.rows[0].text, "a");
  EXPECT_EQ(read(server, named(""), Split::kTest).rows[0].text, "v");
  EXPECT_EQ(server.count("GET", "other.txt"), 0);
}

TEST_F(HubDataset, TheCardNamesConfigurationsAndClasses) {
  const test_support::HubServer server(
      {{"datasets/org/tiny/README.md",
        "---\nconfigs:\n- config_name: a\n  data_files: x/*.jsonl\n- config_name: b\n  "
        "data_files:\n"
        "  - split: test\n    path: y.jsonl\ndataset_info:\n- config_name: a\n  features:\n  - "
        "name: "
        "label\n    dtype:\n      class_label:\n        names: [no, yes]\n---\n"},
       {"datasets/org/tiny/x/1.jsonl", "{\"text\":\"a\",\"label\":1}\n"},
       {"datasets/org/tiny/y.jsonl", "{\"text\":\"b\",\"label\":0}\n"}});
  const Dataset a = read(server, named("a"));
  EXPECT_EQ(a.rows[0].text, "a");
  EXPECT_THAT(a.label_names, ElementsAre("no", "yes"));
  EXPECT_EQ(read(server, named("b"), Split::kTest).rows[0].text, "b");
  EXPECT_THAT(message_of([&] { read(server, named("")); }),
              HasSubstr("name one with --dataset-config (a, b)"));
  EXPECT_THAT(message_of([&] { read(server, named("b")); }),
              HasSubstr("has no split 'train' (it has: test)"));
}

TEST_F(HubDataset, InfosOlderThanCardsNameTheClasses) {
  const auto read_with = [&](const std::string& infos) {
    std::filesystem::remove_all(cache());
    const test_support::HubServer server(
        {{"datasets/org/tiny/dataset_infos.json", infos},
         {"datasets/org/tiny/train.jsonl", "{\"text\":\"a\",\"label\":1}\n"}});
    return read(server, named(""));
  };
  EXPECT_THAT(
      read_with(R"({"x":{"features":{"label":{"names":["no","yes"],"_type":"ClassLabel"}}}})")
          .label_names,
      ElementsAre("no", "yes"));
  EXPECT_TRUE(read_with("{}").label_names.empty());
}

TEST_F(HubDataset, InfosThatAreBrokenOrNestTooDeepAreRefusedByName) {
  for (const auto& [infos, said] : std::vector<std::pair<std::string, std::string>>{
           {R"({"x":)" + std::string(40, '[') + std::string(40, ']') + "}",
            "dataset_infos.json: nests deeper than 32 levels"},
           {R"({"x":)", "dataset_infos.json: not valid JSON at line 1"}}) {
    std::filesystem::remove_all(cache());
    const test_support::HubServer server(
        {{"datasets/org/tiny/dataset_infos.json", infos},
         {"datasets/org/tiny/train.jsonl", "{\"text\":\"a\",\"label\":1}\n"}});
    EXPECT_THAT(message_of([&] { read(server, named("")); }), HasSubstr(said));
  }
}

TEST_F(HubDataset, ScriptsAreNotRunTheHubsParquetCopyIsRead) {
  const std::string parquet = test_support::read_file(std::filesystem::path(TRACKER_SOURCE_DIR) /
                                                      "tests/golden/datasets/class_label.parquet");
  const test_support::HubServer server(
      {{"datasets/org/tiny/tiny.py", "import os"},
       {"datasets/org/tiny@refs-convert-parquet/plain/train/0000.parquet", parquet},
       {"datasets/org/tiny@refs-convert-parquet/plain/unsup/0000.parquet", parquet}},
      {{"refs", {{"refs/convert/parquet", std::string(40, 'c')}}}, {"lfs", {".parquet"}}});
  const Dataset train = read(server, named(""));
  EXPECT_EQ(train.rows.size(), 3U);
  EXPECT_THAT(train.label_names, ElementsAre("neg", "pos"));
  EXPECT_THAT(message_of([&] { read(server, named("other")); }),
              HasSubstr("these configurations: plain"));
}

TEST_F(HubDataset, WithoutDataFilesItIsRefused) {
  const std::map<std::string, std::string> files = {{"datasets/org/tiny/a.png", "x"}};
  const test_support::HubServer server(files);
  EXPECT_THAT(message_of([&] { read(server, named("")); }), HasSubstr("of the format 'image'"));
}

}  // namespace
}  // namespace trainer::data
