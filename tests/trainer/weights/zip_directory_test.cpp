#include "weights/zip_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/error.hpp"
#include "trainer/weights/zips.hpp"

namespace trainer::weights {
namespace {

using namespace test;
using testing::HasSubstr;

// A zip of the member r/a with three bytes, of which the directory says `central`.
std::string zip(const ZipRecord& central = {.size = 3}, const std::string& name_again = "r/a") {
  ZipRecord local = central;
  local.name = name_again;
  local.size = 3;
  const std::string member = local_header(local) + "abc";
  const std::string directory = central_header(central);
  return member + directory + end_record(member.size(), directory.size());
}
constexpr std::size_t kCentral = 36;  // where zip()'s directory begins

std::string zip_refusal(const std::string& file, ErrorCode code = ErrorCode::kInvalidInput) {
  try {
    read_zip_directory(bytes_of(file), "m.bin");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "accepted";
}

TEST(ZipDirectory, a_member_is_found_in_place) {
  const std::string file = zip();
  const auto members = read_zip_directory(bytes_of(file), "m.bin");
  ASSERT_EQ(members.size(), 1U);
  EXPECT_EQ(members.at("r/a").data(), bytes_of(file).data() + 33);
  EXPECT_EQ(members.at("r/a").size(), 3U);
}

TEST(ZipDirectory, sizes_of_64_bits_are_read) {
  const std::string extra = little(std::uint16_t{1}) + little(std::uint16_t{16}) +
                            little(std::uint64_t{3}) + little(std::uint64_t{3});
  const std::string file = zip({.size = 0xffffffff, .extra = extra});
  EXPECT_EQ(read_zip_directory(bytes_of(file), "m.bin").at("r/a").size(), 3U);
  const std::string huge = little(std::uint16_t{1}) + little(std::uint16_t{16}) +
                           little(~std::uint64_t{0}) + little(~std::uint64_t{0});
  EXPECT_THAT(zip_refusal(zip({.size = 0xffffffff, .extra = huge})),
              HasSubstr("a member outside the file"));
  EXPECT_THAT(zip_refusal(zip({.size = 0xffffffff})), HasSubstr("a size is missing"));
  EXPECT_THAT(zip_refusal(zip({.size = 0xffffffff, .extra = extra.substr(0, 12)})),
              HasSubstr("outside its record"));
}

TEST(ZipDirectory, what_cannot_be_read_in_place_is_named) {
  EXPECT_THAT(zip_refusal(zip({.method = 8, .size = 3}), ErrorCode::kUnsupported),
              HasSubstr("'r/a' is compressed"));
  EXPECT_THAT(zip_refusal(zip({.flags = 1, .size = 3}), ErrorCode::kUnsupported),
              HasSubstr("'r/a' is encrypted"));
}

TEST(ZipDirectory, a_directory_that_lies_is_refused) {
  EXPECT_THAT(zip_refusal(zip({.size = 4})), HasSubstr("a member outside the file"));
  EXPECT_THAT(zip_refusal(zip({.size = 3}, "r/b")), HasSubstr("a member of two names"));
  EXPECT_THAT(zip_refusal(zip({.size = 3, .header = 1})), HasSubstr("a record that is none"));
  EXPECT_THAT(zip_refusal(zip({.size = 3, .header = 0xfffffffe})),
              HasSubstr("a record outside the file"));
  EXPECT_THAT(zip_refusal(zip() + "x"), HasSubstr("cut short"));
  std::string two_sizes = zip();
  two_sizes[kCentral + 20] = 2;
  EXPECT_THAT(zip_refusal(two_sizes), HasSubstr("a member of two sizes"));
  std::string comment = zip();
  comment[kCentral + 32] = 1;
  EXPECT_THAT(zip_refusal(comment), HasSubstr("a record outside the directory"));
}

TEST(ZipDirectory, members_that_overlap_are_refused) {
  const std::string member = local_header({.size = 3}) + "abc";
  const std::string twice = central_header({.size = 3}) + central_header({.size = 3});
  EXPECT_THAT(zip_refusal(member + twice + end_record(member.size(), twice.size())),
              HasSubstr("twice"));
  const std::string inner = local_header({.name = "r/b"});
  const ZipRecord outer{.size = static_cast<std::uint32_t>(inner.size())};
  const std::string file = local_header(outer) + inner;
  const std::string both = central_header(outer) + central_header({.name = "r/b", .header = 33});
  EXPECT_THAT(zip_refusal(file + both + end_record(file.size(), both.size())),
              HasSubstr("members overlap"));
}

TEST(ZipDirectory, every_prefix_is_refused) {
  const std::string whole = zip();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(zip_refusal(whole.substr(0, size)), "accepted") << size;
  }
}

}  // namespace
}  // namespace trainer::weights
