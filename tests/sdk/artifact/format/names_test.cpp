#include "artifact/names.hpp"

#include <gtest/gtest.h>

#include <string>

#include <tracker/error.hpp>

namespace tracker::artifact {
namespace {

std::string refusal(void (*check)(std::string_view), std::string_view name) {
  try {
    check(name);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    return error.what();
  }
  return "";
}

TEST(ArtifactNames, CollectionsAreLettersDigitsDotsDashesAndUnderscores) {
  for (const char* name : {"bert-imdb", "a", "v3", "latest", "A.b_c-9", "..."})
    EXPECT_EQ(refusal(check_collection_name, name), "") << name;
  const std::string longest(128, 'a'), longer(129, 'a');
  EXPECT_EQ(refusal(check_collection_name, longest), "");
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("a/b"), std::string("a b"),
        std::string("a:b"), std::string("é"), std::string("a\0", 2), longer})
    EXPECT_NE(refusal(check_collection_name, name), "") << name;
  EXPECT_EQ(refusal(check_type, std::string(64, 't')), "");
  EXPECT_NE(refusal(check_type, std::string(65, 't')), "");
}

TEST(ArtifactNames, AnAliasIsNeitherLatestNorLikeAVersion) {
  for (const char* name : {"best", "v", "vv1", "1", "v1a", "V1", "Latest"})
    EXPECT_EQ(refusal(check_alias, name), "") << name;
  EXPECT_NE(refusal(check_alias, "latest").find("newest"), std::string::npos);
  for (const char* name : {"v0", "v12", "v007", "", "a b"})
    EXPECT_NE(refusal(check_alias, name), "") << name;
}

TEST(ArtifactNames, TagsAreOneLineOfText) {
  for (const std::string& tag : {std::string("für später"), std::string(128, 'x')})
    EXPECT_EQ(refusal(check_tag, tag), "") << tag;
  for (const std::string& tag : {std::string(), std::string(129, 'x'), std::string("a\nb"),
                                 std::string("a\x7f"), std::string("\xff")})
    EXPECT_NE(refusal(check_tag, tag), "") << tag;
}

TEST(ArtifactNames, VersionsAreVAndANumber) {
  EXPECT_EQ(version_number("v0"), 0u);
  EXPECT_EQ(version_number("v4294967295"), 4294967295u);
  for (const char* text : {"v", "v01", "v4294967296", "3", "V3", "v-1", "v3 ", "latest"})
    EXPECT_FALSE(version_number(text)) << text;
}

TEST(ArtifactNames, TheLastSlashDividesProjectAndCollection) {
  const Name plain = parse_name("model");
  EXPECT_EQ(plain.project, "");
  EXPECT_EQ(plain.collection, "model");
  EXPECT_EQ(plain.ref, "latest");
  const Name full = parse_name("tracker://team/imdb/model:v3");
  EXPECT_EQ(full.project, "team/imdb");
  EXPECT_EQ(full.collection, "model");
  EXPECT_EQ(full.ref, "v3");
  EXPECT_EQ(parse_name("imdb/model:best").ref, "best");
  for (const char* text : {"", "imdb/", "/model", "model:", "model:v01", "model:a b", "mo del"})
    EXPECT_THROW(parse_name(text), Error) << text;
}

TEST(ArtifactNames, WhatIsShownIsTextOfOneLine) {
  EXPECT_EQ(shown("a\nb\x1b[1m"), "a?b?[1m");
  EXPECT_EQ(shown("\xff"), "\xEF\xBF\xBD");
  EXPECT_EQ(shown("abcdef", 3), "abc…");
}

}  // namespace
}  // namespace tracker::artifact
