#include "cli/artifact_view.hpp"

#include <gtest/gtest.h>

#include <tracker/error.hpp>

#include "artifact/sha256.hpp"
#include "cli/artifact.hpp"
#include "cli/transfer_progress.hpp"

namespace tracker::cli {
namespace {

v1::ArtifactVersion version() {
  v1::ArtifactVersion version;
  version.set_id("id");
  version.set_project("imdb");
  version.set_name("bert");
  version.set_number(3);
  version.set_type("model");
  version.add_aliases("best");
  version.add_aliases("latest");
  version.set_metadata_json(R"({"accuracy":0.5})");
  version.set_digest(std::string(artifact::sha256("abc").raw()));
  version.set_size_bytes(1'500'000);
  return version;
}

TEST(ArtifactView, AVersionAsJsonHasWhatScriptsRelyOn) {
  const auto json = version_json(version());
  EXPECT_EQ(json.at("version"), "v3");
  EXPECT_EQ(json.at("aliases").size(), 2u);
  EXPECT_EQ(json.at("metadata").at("accuracy"), 0.5);
  EXPECT_EQ(json.at("digest"), artifact::sha256("abc").hex());
  EXPECT_TRUE(json.at("run_id").is_null());
  EXPECT_TRUE(json.at("expires_at").is_null());
}

TEST(ArtifactView, TextsOnTheirWayToATerminalArePrintable) {
  auto evil = version();
  evil.add_tags("\x1b[2J");
  const std::string table = version_table({evil});
  EXPECT_NE(table.find("imdb/bert:v3"), std::string::npos);
  EXPECT_NE(table.find("1.5 MB"), std::string::npos);
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
}

TEST(ArtifactView, LineageNamesVersionsAndRuns) {
  v1::Lineage lineage;
  *lineage.add_versions() = version();
  auto* run = lineage.add_runs();
  run->set_id("run-id");
  run->set_project("imdb");
  run->set_name("happy-fox");
  auto* edge = lineage.add_edges();
  edge->set_run_id("run-id");
  edge->set_version_id("id");
  edge->set_kind(v1::LineageEdge::USED);
  EXPECT_NE(lineage_table(lineage).find("imdb/bert:v3  used by  imdb/happy-fox  run-id"),
            std::string::npos)
      << lineage_table(lineage);
  const auto json = lineage_json(lineage);
  EXPECT_EQ(json.at("edges")[0].at("kind"), "used");
  EXPECT_EQ(json.at("edges")[0].at("version"), "imdb/bert:v3");
}

TEST(ArtifactNames, AProjectMayBeLeftOutWhereOneIsSaid) {
  EXPECT_EQ(artifact_ref("tracker://a/b/c:v3", "").project(), "a/b");
  EXPECT_EQ(artifact_ref("c", "p").project(), "p");
  EXPECT_EQ(artifact_ref("a/c", "p").project(), "a");
  EXPECT_EQ(artifact_ref("c", "p").version(), "latest");
  EXPECT_THROW(artifact_ref("c", ""), Error);
  EXPECT_THROW(collection_ref("a/c:v3", ""), Error);
  EXPECT_TRUE(names_a_version("tracker://a/c:v3"));
  EXPECT_FALSE(names_a_version("tracker://a/c"));
}

TEST(TransferProgress, TellsHowMuchHowFastAndHowLong) {
  EXPECT_EQ(amount_text(50'000'000, 100'000'000, 2.0), "50.0 MB of 100.0 MB  25.0 MB/s  2.0s left");
  EXPECT_EQ(amount_text(100, 100, 1.0), "100 B of 100 B  100 B/s");
  EXPECT_EQ(amount_text(0, 100, 0.0), "0 B of 100 B  0 B/s");
}

}  // namespace
}  // namespace tracker::cli
