#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sdk/spool/spool_fixture.hpp"
#include "spool/writer.hpp"

namespace tracker::spool::test {
namespace {

using tracker::test::TempDirectory;

TEST(Writer, KeysAreMadeText) {
  TempDirectory dir;
  Writer writer(options_for(dir.path()));
  EXPECT_EQ(writer.key("good"), 0u);
  EXPECT_EQ(writer.key("bad\xFF"), 1u);
  EXPECT_EQ(writer.key("bad\xFF"), 1u);
  EXPECT_EQ(writer.key(std::string_view("a\0b", 3)), 2u);
  const auto keys = read_log(dir.path()).all<Key>();
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[1].name, "bad\xEF\xBF\xBD");
  EXPECT_EQ(keys[2].name,
            "a\xEF\xBF\xBD"
            "b");
}

TEST(Writer, AHundredThousandKeysAreTakenAndNoMore) {
  TempDirectory dir;
  std::vector<std::string> said;
  {
    WriterOptions options = options_for(dir.path(), 16u << 20);
    options.warn = [&](const std::string& line) { said.push_back(line); };
    Writer writer(options);
    for (std::size_t i = 0; i < 100'000; ++i) ASSERT_TRUE(writer.key(std::to_string(i))) << i;
    EXPECT_FALSE(writer.key("one more"));
    EXPECT_EQ(writer.key("7"), 7u) << "those that are there are kept";
    EXPECT_EQ(writer.dropped(), 1u);
  }
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("100,000 metrics"), std::string::npos) << said[0];
}

TEST(Writer, KeysThatCannotBeTakenAreCountedAndEachReasonIsSaidOnce) {
  TempDirectory dir;
  std::vector<std::string> said;
  {
    WriterOptions options = options_for(dir.path());
    options.warn = [&](const std::string& line) { said.push_back(line); };
    Writer writer(options);
    for (int i = 0; i < 3; ++i) {
      EXPECT_FALSE(writer.key(""));
      EXPECT_FALSE(writer.key(std::string(kMaxKeyBytes + 1, 'k')));
    }
    // 200 bytes that are not UTF-8 are 600 of text.
    EXPECT_FALSE(writer.key(std::string(200, '\xFF')));
    EXPECT_TRUE(writer.key(std::string(kMaxKeyBytes, 'k')));
    EXPECT_EQ(writer.dropped(), 7u);
  }
  ASSERT_EQ(said.size(), 2u);
  EXPECT_NE(said[0].find("no name"), std::string::npos) << said[0];
  EXPECT_NE(said[1].find("512 bytes"), std::string::npos) << said[1];
  EXPECT_EQ(dropped_in(read_log(dir.path(), WriterIs::kDead)), 7u);
}

}  // namespace
}  // namespace tracker::spool::test
