#include "hub/part_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/hub/hub_server.hpp"

namespace trainer::hub {
namespace {

using test_support::read_file;
using test_support::write_file;

class PartFileTest : public testing::Test {
 protected:
  static std::span<const std::byte> bytes(const std::string& text) {
    return std::as_bytes(std::span(text));
  }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      found.push_back(entry.path().filename().string());
    }
    return found;
  }
  std::filesystem::path stem() const { return folder_.path() / "abc"; }

  test_support::TempDirectory folder_;
};

TEST_F(PartFileTest, nothing_is_made_before_the_first_byte) {
  const PartFile part(stem(), 10);
  EXPECT_EQ(part.offset(), 0U);
  EXPECT_TRUE(names().empty());
}

TEST_F(PartFileTest, the_name_is_that_of_this_process_alone) {
  PartFile one(stem(), 10);
  PartFile other(stem(), 10);
  one.append(bytes("12345"));
  other.append(bytes("12345"));
  EXPECT_THAT(names(), testing::UnorderedElementsAre(
                           testing::MatchesRegex("abc\\.[0-9a-f]{8}\\.incomplete"),
                           testing::MatchesRegex("abc\\.[0-9a-f]{8}\\.incomplete")));
}

TEST_F(PartFileTest, the_largest_leftover_that_fits_is_adopted) {
  write_file(folder_.path() / "abc.incomplete", "123");
  write_file(folder_.path() / "abc.00000000.incomplete", "1234");
  write_file(folder_.path() / "abc.11111111.incomplete", "too long for it");
  write_file(folder_.path() / "abcd.22222222.incomplete", "12345");  // another file's
  PartFile part(stem(), 6);
  EXPECT_EQ(part.offset(), 4U);
  part.append(bytes("56"));
  part.publish(stem());
  EXPECT_EQ(read_file(stem()), "123456");
  EXPECT_THAT(names(),
              testing::UnorderedElementsAre("abc", "abc.incomplete", "abcd.22222222.incomplete"));
}

TEST_F(PartFileTest, what_arrived_stays_for_the_next_process) {
  { PartFile(stem(), 6).append(bytes("123")); }
  EXPECT_EQ(PartFile(stem(), 6).offset(), 3U);
}

TEST_F(PartFileTest, starting_over_leaves_the_bytes_of_others_alone) {
  PartFile one(stem(), 6);
  one.append(bytes("123"));
  PartFile thief(stem(), 6);  // as behind a lock that locks nothing
  EXPECT_EQ(thief.offset(), 3U);
  thief.start_over();
  thief.append(bytes("1"));
  one.append(bytes("456"));
  EXPECT_THROW(one.publish(stem()), Error) << "its file has no name any more";
  thief.append(bytes("23456"));
  thief.publish(stem());
  EXPECT_EQ(read_file(stem()), "123456");
}

TEST_F(PartFileTest, a_file_that_another_process_adopted_is_published_all_the_same) {
  PartFile one(stem(), 6);
  one.append(bytes("123"));
  PartFile thief(stem(), 6);
  EXPECT_EQ(thief.offset(), 3U);
  one.append(bytes("456"));
  one.publish(stem());
  EXPECT_EQ(read_file(stem()), "123456");
  thief.append(bytes("456"));
  thief.publish(stem());
  EXPECT_EQ(read_file(stem()), "123456");
}

TEST_F(PartFileTest, an_empty_file_is_published) {
  PartFile part(stem(), 0);
  part.publish(stem());
  EXPECT_EQ(read_file(stem()), "");
  EXPECT_THAT(names(), testing::ElementsAre("abc"));
}

TEST_F(PartFileTest, a_link_in_place_of_a_leftover_is_not_followed) {
  write_file(folder_.path() / "secret", "123");
  std::filesystem::create_symlink("secret", folder_.path() / "abc.00000000.incomplete");
  PartFile part(stem(), 6);
  EXPECT_EQ(part.offset(), 0U);
}

TEST_F(PartFileTest, a_folder_that_was_removed_is_made_again) {
  const auto below = folder_.path() / "gone" / "abc";
  PartFile part(below, 3);
  part.append(bytes("123"));
  part.publish(below);
  EXPECT_EQ(read_file(below), "123");
}

}  // namespace
}  // namespace trainer::hub
