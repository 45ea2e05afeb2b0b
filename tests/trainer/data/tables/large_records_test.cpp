#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trainer/data/data_test_files.hpp"

// Records that are longer than the readers' windows, and files that never end one.
namespace trainer::data {
namespace {

using testing::HasSubstr;

class LargeRecords : public testing::Test {
 protected:
  std::string error(const std::string& name, std::string_view content) {
    write_file(folder_ / name, content);
    return message_of([&] { read(folder_ / name); });
  }
  tracker::test::TempDirectory folder_;
};

TEST_F(LargeRecords, FieldsAcrossWindowsStayWhole) {
  std::string csv = "text,label\n";
  std::string lines;
  std::vector<std::string> texts;
  for (int i = 0; i < 40; ++i) {
    std::string text(static_cast<std::size_t>(i) * 77'777, static_cast<char>('a' + i % 26));
    for (std::size_t at = 100; at + 2 < text.size(); at += 50'001)
      text[at] = i % 2 == 0 ? '\n' : ',';
    texts.push_back(text);
    csv += fmt::format("\"{}\"\"\",{}\r\n", text, i % 3);
    std::string escaped;
    for (const char c : text) escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
    lines += fmt::format("{{\"label\": {}, \"text\": \"{}\\\"\"}}\n", i % 3, escaped);
  }
  write_file(folder_ / "a.csv", csv);
  write_file(folder_ / "a.jsonl", lines);
  std::string array = "[" + lines + "]";
  for (std::size_t at = array.find("}\n{"); at != std::string::npos;
       at = array.find("}\n{", at + 1))
    array[at + 1] = ',';
  write_file(folder_ / "a.json", array);
  const Dataset rows = read(folder_ / "a.csv");
  ASSERT_EQ(rows.rows.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    EXPECT_TRUE(rows.rows[i].text == texts[i] + "\"") << i;
    EXPECT_EQ(rows.rows[i].label, static_cast<std::int64_t>(i % 3));
  }
  EXPECT_EQ(read(folder_ / "a.jsonl").fingerprint, rows.fingerprint);
  EXPECT_EQ(read(folder_ / "a.json").fingerprint, rows.fingerprint);
}

TEST_F(LargeRecords, RecordsWithoutAnEndAreRefused) {
  const std::string much(67U << 20U, 'x');
  EXPECT_THAT(error("a.csv", "text,label\na,1\n\"" + much),
              HasSubstr("line 3 begins a record of more than 64 MiB"));
  EXPECT_THAT(error("a.jsonl", "{\"text\":\"" + much), HasSubstr("line 1 is longer than 64 MiB"));
  EXPECT_THAT(error("a.json", "[{\"text\":\"" + much),
              HasSubstr("element 1 is longer than 64 MiB"));
}

TEST_F(LargeRecords, DecompressionBombsAreRefused) {
  std::string line(1U << 20U, 'x');
  line += ",1\n";
  std::string content = "text,label\n";
  for (int i = 0; i < 300; ++i) content += line;
  EXPECT_THAT(message_of([&] { read(compress(content, folder_.path(), "a.csv.zst")); }),
              HasSubstr("decompresses to more than 1000 times its size"));
}

TEST_F(LargeRecords, BrokenArraysAreErrors) {
  EXPECT_THAT(error("a.json", R"([{"text":"a","label":1})"), HasSubstr("the array does not end"));
  EXPECT_THAT(error("a.json", R"([{"text":"a","label":1}] x)"),
              HasSubstr("behind the array's end"));
  EXPECT_THAT(error("a.json", R"([{"text":"a","label":1} {}])"),
              HasSubstr("not followed by a comma"));
  EXPECT_THAT(error("a.json", R"([{"text":"a","label":1},{"text":])"),
              HasSubstr("element 2 is not valid JSON"));
  EXPECT_THAT(error("a.json", R"([{"text":"a","label":1},{"text":"b)"),
              HasSubstr("element 2 does not end"));
}

}  // namespace
}  // namespace trainer::data
