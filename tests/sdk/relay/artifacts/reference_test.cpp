#include "relay/artifacts/reference.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include <tracker/error.hpp>

#include "artifact/sha256.hpp"
#include "support/temp_directory.hpp"

namespace tracker::relay {
namespace {

void expect_refused(const std::string& text, ErrorCode code, const std::string& part) {
  try {
    look_up_reference(text);
    ADD_FAILURE() << text << " was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Reference, AFileIsRecordedWithDigestAndSize) {
  const test::TempDirectory directory;
  std::ofstream(directory / "data.csv") << "a,b\n";
  const std::string url = "file://" + (directory / "data.csv").string();
  const Reference plain = look_up_reference(url);
  EXPECT_EQ(plain.path, "data.csv");
  EXPECT_EQ(plain.url, url);
  EXPECT_EQ(plain.checksum, "sha256:" + artifact::sha256("a,b\n").hex());
  EXPECT_EQ(plain.size, 4u);
  EXPECT_EQ(look_up_reference("in/folder.csv=" + url).path, "in/folder.csv");
}

TEST(Reference, StoresThatAnswerNobodyWithoutKeysAreRecordedAsTheyAre) {
  const Reference reference = look_up_reference("s3://bucket/some/key.bin?versionId=3");
  EXPECT_EQ(reference.path, "key.bin");
  EXPECT_EQ(reference.url, "s3://bucket/some/key.bin?versionId=3");
  EXPECT_EQ(reference.checksum, "");
  EXPECT_FALSE(reference.size);
}

TEST(Reference, WhatIsAgainstTheRulesIsRefused) {
  const test::TempDirectory directory;
  expect_refused("data.csv", ErrorCode::kInvalidArgument, "is no URL");
  expect_refused("ftp://host/file", ErrorCode::kInvalidArgument, "ftp");
  expect_refused("../up=s3://bucket/key", ErrorCode::kInvalidArgument, "..");
  expect_refused("s3://bucket/", ErrorCode::kInvalidArgument, "is empty");
  expect_refused("http://user:password@host/file", ErrorCode::kInvalidArgument, "");
  expect_refused("file://relative", ErrorCode::kInvalidArgument, "ABSOLUTE");
  expect_refused("file://" + directory.path().string(), ErrorCode::kInvalidArgument, "is no file");
  expect_refused("file:///no/such/file", ErrorCode::kNotFound, "/no/such/file");
  expect_refused("hf://only-one/part", ErrorCode::kInvalidArgument, "ORG/REPO");
}

}  // namespace
}  // namespace tracker::relay
