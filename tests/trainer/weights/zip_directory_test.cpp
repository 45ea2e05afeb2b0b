#include "weights/zip_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/error.hpp"
#include "trainer/weights/pickles.hpp"

namespace trainer::weights {
namespace {

using namespace test;
using testing::HasSubstr;

struct MemberOptions {
  std::uint16_t flags = 0;
  std::uint16_t method = 0;
  std::string name_again = "r/a";  // in the member's own header
  std::uint32_t header = 0;
};

std::string local_header(const MemberOptions& o, std::size_t size) {
  return little(std::uint32_t{0x04034b50}) + little(std::uint16_t{20}) + little(o.flags) +
         little(o.method) + std::string(8, '\0') + little(static_cast<std::uint32_t>(size)) +
         little(static_cast<std::uint32_t>(size)) +
         little(static_cast<std::uint16_t>(o.name_again.size())) + little(std::uint16_t{0}) +
         o.name_again;
}
std::string central_header(const std::string& name, const MemberOptions& o, std::uint32_t size,
                           const std::string& extra = {}) {
  return little(std::uint32_t{0x02014b50}) + std::string(4, '\0') + little(o.flags) +
         little(o.method) + std::string(8, '\0') + little(size) + little(size) +
         little(static_cast<std::uint16_t>(name.size())) +
         little(static_cast<std::uint16_t>(extra.size())) + std::string(10, '\0') +
         little(o.header) + name + extra;
}
std::string end_record(std::size_t begin, std::size_t size) {
  return little(std::uint32_t{0x06054b50}) + std::string(8, '\0') +
         little(static_cast<std::uint32_t>(size)) + little(static_cast<std::uint32_t>(begin)) +
         std::string(2, '\0');
}

// A zip of the member r/a with three bytes.
std::string zip(const MemberOptions& o = {}, std::uint32_t size = 3,
                const std::string& extra = {}) {
  const std::string member = local_header(o, 3) + "abc";
  const std::string directory = central_header("r/a", o, size, extra);
  return member + directory + end_record(member.size(), directory.size());
}

std::string refusal(const std::string& file, ErrorCode code = ErrorCode::kInvalidInput) {
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
  const std::string file = zip({}, 0xffffffff, extra);
  EXPECT_EQ(read_zip_directory(bytes_of(file), "m.bin").at("r/a").size(), 3U);
  const std::string huge = little(std::uint16_t{1}) + little(std::uint16_t{16}) +
                           little(~std::uint64_t{0}) + little(~std::uint64_t{0});
  EXPECT_THAT(refusal(zip({}, 0xffffffff, huge)), HasSubstr("a member outside the file"));
  EXPECT_THAT(refusal(zip({}, 0xffffffff)), HasSubstr("a size is missing"));
  EXPECT_THAT(refusal(zip({}, 0xffffffff, extra.substr(0, 12))), HasSubstr("outside its record"));
}

TEST(ZipDirectory, what_cannot_be_read_in_place_is_named) {
  EXPECT_THAT(refusal(zip({.method = 8}), ErrorCode::kUnsupported),
              HasSubstr("'r/a' is compressed"));
  EXPECT_THAT(refusal(zip({.flags = 1}), ErrorCode::kUnsupported), HasSubstr("'r/a' is encrypted"));
}

TEST(ZipDirectory, a_directory_that_lies_is_refused) {
  EXPECT_THAT(refusal(zip({}, 4)), HasSubstr("a member outside the file"));
  EXPECT_THAT(refusal(zip({.name_again = "r/b"})), HasSubstr("a member of two names"));
  EXPECT_THAT(refusal(zip({.header = 1})), HasSubstr("a record that is none"));
  EXPECT_THAT(refusal(zip({.header = 0xfffffffe})), HasSubstr("a record outside the file"));
  EXPECT_THAT(refusal(zip() + "x"), HasSubstr("cut short"));
}

TEST(ZipDirectory, members_that_overlap_are_refused) {
  const std::string member = local_header({}, 3) + "abc";
  const std::string directory = central_header("r/a", {}, 3) + central_header("r/a", {}, 3);
  EXPECT_THAT(refusal(member + directory + end_record(member.size(), directory.size())),
              HasSubstr("twice"));
  const MemberOptions inner{.name_again = "r/b"};
  const std::string outer_data = local_header(inner, 0);
  const std::string outer = local_header({}, outer_data.size()) + outer_data;
  const std::string both =
      central_header("r/a", {}, static_cast<std::uint32_t>(outer_data.size())) +
      central_header("r/b", {.header = 33}, 0);
  EXPECT_THAT(refusal(outer + both + end_record(outer.size(), both.size())),
              HasSubstr("members overlap"));
}

TEST(ZipDirectory, every_prefix_is_refused) {
  const std::string whole = zip();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_NE(refusal(whole.substr(0, size)), "accepted") << size;
  }
}

}  // namespace
}  // namespace trainer::weights
