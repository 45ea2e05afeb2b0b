#include "artifacts_fixture.hpp"
#include "storage/deletion.hpp"
#include "storage/purge.hpp"

namespace tracker::artifacts {
namespace {

constexpr std::int64_t kDayUs = std::int64_t{24} * 3600 * core::kSecondUs;

class Deleting : public ArtifactsTest {
 protected:
  storage::ArtifactRef ref(const std::string& version) {
    return {std::nullopt, "imdb", "net", version};
  }
  void remove(const std::string& version, std::int64_t grace_us = 7 * kDayUs) {
    storage::delete_version(*database, ref(version), {clock.now_us(), grace_us, false});
  }
  std::vector<std::string> living() {
    std::vector<std::string> out;
    const auto list =
        storage::list_versions(*database, "imdb", "net", storage::VersionsListed::kLiving, {});
    for (const auto& version : list.items) out.push_back("v" + std::to_string(version.number));
    return out;
  }
  using Names = std::vector<std::string>;
};

TEST_F(Deleting, AliasesMoveAndLatestFollowsTheNewestThatLives) {
  for (const char* content : {"a", "b", "c"}) client->put({{"f", content}});
  storage::set_alias(*database, ref("v0"), "best");
  EXPECT_EQ(find("best").number, 0u);
  EXPECT_EQ(storage::set_alias(*database, ref("latest"), "best").aliases,
            (Names{"best", "latest"}));
  EXPECT_EQ(find("best").number, 2u);
  EXPECT_TRUE(find("v0").aliases.empty());
  storage::remove_alias(*database, "imdb", "net", "best");
  EXPECT_EQ(failure([&] { find("best"); }), ErrorCode::kNotFound);
  EXPECT_EQ(failure([&] { storage::remove_alias(*database, "imdb", "net", "best"); }),
            ErrorCode::kNotFound);
  remove("v2");
  EXPECT_EQ(find("latest").number, 1u);
  client->put({{"f", "d"}});
  EXPECT_EQ(find("").number, 3u);  // a number is never given twice
}

TEST_F(Deleting, AnAliasIsTakenFromTheVersionThatHasItOnly) {
  for (const char* content : {"a", "b"}) client->put({{"f", content}});
  storage::set_alias(*database, ref("v0"), "best");
  EXPECT_EQ(failure([&] { storage::remove_alias(*database, ref("v1"), "best"); }),
            ErrorCode::kNotFound);
  EXPECT_EQ(find("best").number, 0u);
  EXPECT_TRUE(storage::remove_alias(*database, ref("v0"), "best").aliases.empty());
  EXPECT_EQ(failure([&] { find("best"); }), ErrorCode::kNotFound);
}

TEST_F(Deleting, AVersionWithAliasesIsDeletedWithThemOnly) {
  client->put({{"f", "a"}});
  storage::set_alias(*database, ref("v0"), "best");
  EXPECT_EQ(failure([&] { remove("v0"); }), ErrorCode::kFailedPrecondition);
  storage::delete_version(*database, ref("v0"), {clock.now_us(), kDayUs, true});
  EXPECT_EQ(failure([&] { find("best"); }), ErrorCode::kNotFound);
  EXPECT_EQ(failure([&] { find("v0"); }), ErrorCode::kNotFound);
  EXPECT_TRUE(storage::restore_version(*database, ref("v0"), clock.now_us()).aliases ==
              Names{"latest"});
}

TEST_F(Deleting, UntilTheGraceIsOverItComesBackWhole) {
  const Tree tree = {{"f", "a|b"}, {"g", "c"}};
  client->put(tree);
  remove("v0");
  clock.advance(7 * kDayUs - 1);
  collector->round();
  storage::restore_version(*database, ref("v0"), clock.now_us());
  EXPECT_EQ(read(find("latest")), tree);
  remove("v0");
  clock.advance(7 * kDayUs);
  EXPECT_EQ(failure([&] { storage::restore_version(*database, ref("v0"), clock.now_us()); }),
            ErrorCode::kFailedPrecondition);
  const auto collected = collector->round();
  EXPECT_EQ(collected.versions, 1u);
  EXPECT_EQ(collected.chunks, 3u);
  EXPECT_EQ(count("artifact_manifest"), 0);
  client->put(tree);
  EXPECT_EQ(find("latest").number, 1u);
}

TEST_F(Deleting, SharedChunksStayWithWhoHoldsThem) {
  client->put({{"f", "a|b"}});
  client->put({{"f", "a|c"}});
  remove("v0", 0);
  EXPECT_EQ(collector->round().chunks, 1u);
  EXPECT_EQ(read(find("v1")), (Tree{{"f", "a|c"}}));
}

TEST_F(Deleting, AVersionDoesNotComeBackBesideOneOfEqualContent) {
  client->put({{"f", "a"}});
  remove("v0");
  EXPECT_TRUE(client->put({{"f", "a"}}).created);
  std::string words;
  EXPECT_EQ(
      failure([&] { storage::restore_version(*database, ref("v0"), clock.now_us()); }, &words),
      ErrorCode::kFailedPrecondition);
  EXPECT_NE(words.find("v1"), std::string::npos) << words;
}

TEST_F(Deleting, TimeToLiveEndsUnlessAnAliasHolds) {
  storage::CollectionUpdate defaults;
  client->put({{"f", "a"}});  // before there was a default: for ever
  defaults.ttl_us = 3 * kDayUs;
  storage::update_collection(*database, "imdb", "net", defaults);
  client->put({{"f", "b"}});
  client->put({{"f", "c"}});
  storage::VersionUpdate update;
  update.ttl_us = kDayUs;
  EXPECT_EQ(storage::update_version(*database, ref("v2"), update).expires_us,
            storage::kNow + kDayUs);
  storage::set_alias(*database, ref("v1"), "best");
  clock.advance(kDayUs);
  EXPECT_EQ(collector->round().retired, 1u);
  EXPECT_EQ(living(), (Names{"v1", "v0"}));
  clock.advance(9 * kDayUs);
  collector->round();
  EXPECT_EQ(living(), (Names{"v1", "v0"}));
  EXPECT_EQ(count("artifact_version"), 2);  // v2's grace is over
  storage::remove_alias(*database, "imdb", "net", "best");
  collector->round();
  EXPECT_EQ(living(), (Names{"v0"}));
}

TEST_F(Deleting, EqualContentLivesAsLongAsTheLaterCommitAsks) {
  const Tree tree = {{"f", "a"}};
  const auto commit = [&](std::uint64_t ttl_s) {
    const auto upload = client->begin();
    client->send(upload, tree);
    auto request = TestClient::request(upload, manifest_of(tree));
    request.ttl_s = ttl_s;
    return uploads->commit(request, manifest_of(tree)).version.expires_us;
  };
  EXPECT_EQ(commit(24 * 3600), storage::kNow + kDayUs);
  clock.advance(kDayUs - 1);
  EXPECT_EQ(commit(24 * 3600), clock.now_us() + kDayUs);
  EXPECT_EQ(commit(60), clock.now_us() + kDayUs) << "never sooner than was said before";
  EXPECT_EQ(commit(0), std::nullopt);
  EXPECT_EQ(commit(60), std::nullopt);
}

TEST_F(Deleting, WhatWasRetiredAndBroughtBackStays) {
  for (const char* content : {"a", "b", "c"}) client->put({{"f", content}});
  storage::VersionUpdate update;
  update.ttl_us = kDayUs;
  storage::update_version(*database, ref("v0"), update);
  storage::CollectionUpdate keep;
  keep.keep_versions = 1;
  storage::update_collection(*database, "imdb", "net", keep);
  clock.advance(kDayUs);
  collector->round();
  ASSERT_EQ(living(), (Names{"v2"}));
  EXPECT_EQ(storage::restore_version(*database, ref("v0"), clock.now_us()).expires_us,
            std::nullopt);
  storage::restore_version(*database, ref("v1"), clock.now_us());
  EXPECT_EQ(collector->round().retired, 0u);
  EXPECT_EQ(living(), (Names{"v2", "v1", "v0"}));
}

TEST_F(Deleting, WhatIsBroughtBackKeepsAnEndThatIsToCome) {
  client->put({{"f", "a"}});
  storage::VersionUpdate update;
  update.ttl_us = kDayUs;
  storage::update_version(*database, ref("v0"), update);
  remove("v0");
  EXPECT_EQ(storage::restore_version(*database, ref("v0"), clock.now_us()).expires_us,
            storage::kNow + kDayUs);
  clock.advance(kDayUs);
  EXPECT_EQ(collector->round().retired, 1u);
}

TEST_F(Deleting, ACollectionKeepsItsNewestVersions) {
  for (const char* content : {"a", "b", "c", "d"}) client->put({{"f", content}});
  storage::set_alias(*database, ref("v0"), "best");
  storage::CollectionUpdate update;
  update.keep_versions = 2;
  EXPECT_EQ(storage::update_collection(*database, "imdb", "net", update).keep_versions, 2u);
  EXPECT_EQ(collector->round().retired, 1u);
  EXPECT_EQ(living(), (Names{"v3", "v2", "v0"}));
  EXPECT_EQ(collector->round().retired, 0u);
}

TEST_F(Deleting, ACollectionGoesWithAllItsVersions) {
  client->put({{"f", "a"}});
  client->put({{"f", "b"}});
  storage::set_alias(*database, ref("v0"), "best");
  EXPECT_EQ(storage::delete_collection(*database, "imdb", "net", {clock.now_us(), kDayUs, false}),
            2u);
  EXPECT_EQ(failure([&] { storage::find_collection(*database, "imdb", "net"); }),
            ErrorCode::kNotFound);
  EXPECT_TRUE(storage::list_collections(*database, "imdb", "", {}).items.empty());
  storage::restore_version(*database, ref("v1"), clock.now_us());
  EXPECT_EQ(storage::find_collection(*database, "imdb", "net").versions, 1u);
  EXPECT_EQ(storage::delete_collection(*database, "imdb", "net", {clock.now_us(), 0, false}), 1u);
  clock.advance(kDayUs);
  const auto collected = collector->round();
  EXPECT_EQ(collected.versions, 2u);
  EXPECT_EQ(collected.collections, 1u);
  EXPECT_EQ(count("artifact_collection"), 0);
  EXPECT_EQ(count("artifact_chunk"), 0);
}

TEST_F(Deleting, AProjectTakesItsArtifactsAlongAndBringsThemBack) {
  const Tree tree = {{"f", "a"}};
  client->put(tree);
  storage::set_alias(*database, ref("v0"), "best");
  storage::make_writer(*database);
  storage::delete_project(*database, "imdb", {clock.now_us(), kDayUs});
  EXPECT_EQ(failure([&] { find("v0"); }), ErrorCode::kNotFound);
  storage::restore_project(*database, "imdb");
  EXPECT_EQ(read(find("best")), tree);
  storage::delete_project(*database, "imdb", {clock.now_us(), kDayUs});
  const auto open = client->begin();  // brings the project back, without what was deleted
  EXPECT_EQ(failure([&] { find("v0"); }), ErrorCode::kNotFound);
  client->send(open, tree);
  EXPECT_EQ(client->commit(open, tree).version.number, 1u);
}

TEST_F(Deleting, ADeletedProjectGoesWhenItsArtifactsHaveGone) {
  client->put({{"f", "a"}});
  const auto open = client->begin();
  client->send(open, {{"g", "b"}});
  storage::delete_project(*database, "imdb", {clock.now_us(), kDayUs});
  EXPECT_EQ(storage::purge_projects(*database->pg()), 0u);
  EXPECT_EQ(failure([&] { client->commit(open, {{"g", "b"}}); }), ErrorCode::kNotFound);
  clock.advance(kDayUs);
  collector->round();
  EXPECT_EQ(storage::purge_projects(*database->pg()), 1u);
  EXPECT_EQ(count("project"), 0);
}

}  // namespace
}  // namespace tracker::artifacts
