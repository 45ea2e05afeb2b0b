#include "app/artifact_store.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include <tracker/error.hpp>

#include "support/temp_directory.hpp"

namespace tracker::app {
namespace {

std::string refusal(const std::string& where, const std::string& endpoint = "") {
  Config config;
  config.artifact_store = where;
  config.s3_endpoint = endpoint;
  try {
    open_artifact_store(config);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
    return error.what();
  }
  return "";
}

TEST(ArtifactStore, IsTheDatabaseUnlessAFolderOrABucketIsNamed) {
  EXPECT_EQ(open_artifact_store({}), nullptr);
  const test::TempDirectory root;
  Config config;
  config.artifact_store = (root / "chunks").string();
  EXPECT_EQ(open_artifact_store(config)->prefix(), "dir:");
  EXPECT_TRUE(std::filesystem::is_directory(root / "chunks"));
  for (const char* where : {"", "chunks", "./chunks", "Database", "file:///x"})
    EXPECT_NE(refusal(where).find("s3://BUCKET"), std::string::npos) << where;
}

TEST(ArtifactStore, OfS3TakesItsKeysFromTheEnvironment) {
  ::unsetenv("AWS_ACCESS_KEY_ID");
  ::unsetenv("AWS_SECRET_ACCESS_KEY");
  EXPECT_NE(refusal("s3://bucket").find("AWS_SECRET_ACCESS_KEY"), std::string::npos);
  ::setenv("AWS_ACCESS_KEY_ID", "key", 1);
  ::setenv("AWS_SECRET_ACCESS_KEY", "secret", 1);
  EXPECT_EQ(refusal("s3://bucket/some/folder"), "");
  EXPECT_NE(refusal("s3://").find("s3://BUCKET"), std::string::npos);
  EXPECT_NE(refusal("s3://bucket/a b").find("s3://BUCKET"), std::string::npos);
  EXPECT_NE(refusal("s3://bucket", "ftp://x").find("endpoint"), std::string::npos);
}

}  // namespace
}  // namespace tracker::app
