#include "data/tokens/token_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "config/error.hpp"
#include "data/tokens/token_file_header.hpp"
#include "support/temp_directory.hpp"
#include "trainer/data/tokens/token_files.hpp"

namespace trainer::data {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kKey(64, 'a');

Example labelled(std::int64_t label) { return {.text = "", .text_pair = {}, .label = label}; }

class TokenFileTest : public testing::Test {
 protected:
  fs::path file() const { return folder_.path() / "x.tokens"; }

  void write() const {
    TokenFileWriter writer(file(), kKey);
    writer.append({.ids = {1, 2, 3}, .type_ids = {0, 0, 0}, .offsets = {}}, labelled(7));
    writer.append({.ids = {}, .type_ids = {}, .offsets = {}}, labelled(8));
    writer.append({.ids = {4, 5}, .type_ids = {0, 1}, .offsets = {}}, labelled(9));
    EXPECT_THAT(writer.commit(), ElementsAre(7, 8, 9));
  }

  // What is said about the file once its bytes are these.
  std::string refusal(const std::string& bytes) const {
    put_bytes(file(), bytes);
    try {
      map_token_file(file(), kKey);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  // The file with a header that was changed and then given a right checksum.
  template <typename Change>
  std::string with_header(Change change) const {
    std::string bytes = bytes_of(file());
    token_file::Header header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    change(header);
    header.digest = token_file::own_digest(header);
    std::memcpy(bytes.data(), &header, sizeof(header));
    return bytes;
  }

  tracker::test::TempDirectory folder_;
};

TEST_F(TokenFileTest, GivesBackWhatWasWritten) {
  write();
  const auto read = map_token_file(file(), kKey);
  ASSERT_TRUE(read);
  EXPECT_THAT(read->ids, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(read->type_ids, ElementsAre(0, 0, 0, 0, 1));
  EXPECT_THAT(read->offsets, ElementsAre(0, 3, 3, 5));
  EXPECT_EQ(files_in(folder_.path()), 1U);
}

TEST_F(TokenFileTest, HasNoTypesWhereAllAreZeroAndMayBeEmpty) {
  TokenFileWriter writer(file(), kKey);
  EXPECT_THAT(writer.commit(), IsEmpty());
  const auto read = map_token_file(file(), kKey);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->rows(), 0U);
  EXPECT_THAT(read->type_ids, IsEmpty());
}

TEST_F(TokenFileTest, IsNotThereUntilItIsCommitted) {
  {
    TokenFileWriter writer(file(), kKey);
    writer.append({.ids = {1}, .type_ids = {0}, .offsets = {}}, labelled(0));
    EXPECT_FALSE(map_token_file(file(), kKey));
  }
  EXPECT_EQ(files_in(folder_.path()), 0U);
}

TEST_F(TokenFileTest, StaysReadableWhenItIsRemoved) {
  write();
  const auto read = map_token_file(file(), kKey);
  fs::remove(file());
  EXPECT_EQ(read->ids[4], 5);
}

TEST_F(TokenFileTest, EveryChangedByteIsFoundAndEveryCut) {
  write();
  const std::string good = bytes_of(file());
  for (std::size_t at = 0; at < good.size(); ++at) {
    if (at >= sizeof(token_file::Header) && at < token_file::kHeaderBytes)
      continue;  // nothing there
    const std::size_t column = at - token_file::kHeaderBytes;
    const bool padding = at >= token_file::kHeaderBytes &&
                         ((column >= 20 && column < 64) || (column >= 96 && column < 128));
    if (padding) continue;
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    EXPECT_NE(refusal(bad), "") << at;
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{4095}, good.size() - 1})
    EXPECT_THAT(refusal(good.substr(0, size)), HasSubstr("its size is wrong")) << size;
  EXPECT_THAT(refusal(good + "x"), HasSubstr("its size is wrong"));
}

TEST_F(TokenFileTest, HostileHeadersWithRightChecksumsAreRefused) {
  write();
  const auto huge = with_header([](auto& header) { header.rows = std::uint64_t{1} << 61U; });
  const auto odd = with_header([](auto& header) { header.types = 3; });
  const auto moved = with_header([](auto& header) { header.offsets_at -= 8; });
  const auto other = with_header([](auto& header) { header.key[0] = 'b'; });
  const auto later = with_header([](auto& header) { header.format = 2; });
  EXPECT_THAT(refusal(huge), HasSubstr("its size is wrong"));
  EXPECT_THAT(refusal(odd), HasSubstr("its size is wrong"));
  EXPECT_THAT(refusal(moved), HasSubstr("its size is wrong"));
  EXPECT_THAT(refusal(other), HasSubstr("the ids of something else"));
  EXPECT_THAT(refusal(later), HasSubstr("it is of format 2"));
}

TEST_F(TokenFileTest, OffsetsThatDescendAndNegativeIdsAreRefusedWithRightChecksums) {
  write();
  const std::string good = bytes_of(file());
  // Changes one number of a column and gives the column a right checksum.
  const auto changed = [&](std::size_t at, auto value,
                           token_file::HexDigest token_file::Header::*digest, std::size_t begin,
                           std::size_t size) {
    put_bytes(file(), good);
    std::string bytes = good;
    std::memcpy(bytes.data() + at, &value, sizeof(value));
    put_bytes(file(), bytes);
    return with_header([&](auto& header) {
      header.*digest = token_file::digest_of(std::as_bytes(std::span(bytes).subspan(begin, size)));
    });
  };
  const std::size_t ids = token_file::kHeaderBytes;
  const std::size_t offsets = ids + 64;
  EXPECT_THAT(refusal(changed(offsets + 8, std::int64_t{4}, &token_file::Header::offsets_digest,
                              offsets, 32)),
              HasSubstr("its offsets are no offsets"));
  EXPECT_THAT(refusal(changed(ids, std::int32_t{-1}, &token_file::Header::ids_digest, ids, 20)),
              HasSubstr("negative ids"));
}

TEST_F(TokenFileTest, WhatIsNoFileIsRefused) {
  fs::create_directory(file());
  EXPECT_THROW(map_token_file(file(), kKey), Error);
}

}  // namespace
}  // namespace trainer::data
