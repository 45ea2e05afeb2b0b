#include <thread>

#include "artifacts_fixture.hpp"
#include "storage/artifacts/verify.hpp"

namespace tracker::artifacts {
namespace {

using Uploading = ArtifactsTest;

const Tree kTree = {{"a.txt", "one|two|three"}, {"dir/b", "two|"}, {"empty", ""}};

TEST_F(Uploading, WhatWasCommittedIsReadBackWhole) {
  const auto committed = client->put(kTree);
  EXPECT_TRUE(committed.created);
  const auto version = find("latest");
  EXPECT_EQ(version.id, committed.version.id);
  EXPECT_EQ(version.number, 0u);
  EXPECT_EQ(version.type, "model");
  EXPECT_EQ(version.aliases, std::vector<std::string>{"latest"});
  EXPECT_EQ(version.files, 3u);
  EXPECT_EQ(version.size_bytes, 17u);
  EXPECT_EQ(version.added_bytes, 13u);  // "two|" once
  EXPECT_EQ(version.digest, artifact::sha256(manifest_of(kTree)));
  EXPECT_EQ(read(version), kTree);
}

TEST_F(Uploading, ASecondVersionMovesOnlyWhatIsNew) {
  client->put(kTree);
  Tree next = kTree;
  next["a.txt"] = "one|2|three";
  const auto upload = client->begin();
  EXPECT_EQ(client->send(upload, next), 1u);
  const auto committed = client->commit(upload, next);
  EXPECT_EQ(committed.version.number, 1u);
  EXPECT_EQ(committed.version.added_bytes, 2u);
  EXPECT_EQ(count("artifact_chunk"), 4);
  EXPECT_EQ(read(find("v0")), kTree);
  EXPECT_EQ(read(find("v1")), next);
}

TEST_F(Uploading, ACommitWithoutAllItsChunksLeavesNothing) {
  const auto upload = client->begin();
  client->send(upload, {{"a", "one|"}});
  std::string words;
  EXPECT_EQ(failure([&] { client->commit(upload, kTree); }, &words),
            ErrorCode::kFailedPrecondition);
  EXPECT_NE(words.find("2 chunks"), std::string::npos) << words;
  EXPECT_EQ(count("artifact_version"), 0);
  EXPECT_EQ(count("artifact_collection"), 0);
  EXPECT_EQ(count("artifact_manifest"), 0);
  client->send(upload, kTree);  // the upload goes on
  EXPECT_EQ(read(client->commit(upload, kTree).version), kTree);
}

TEST_F(Uploading, AMessageHasNoMoreChunksThanMayBe) {
  const auto upload = client->begin();
  const std::string data = "x", digest(artifact::sha256(data).raw());
  const std::vector<ReceivedChunk> chunks(4'097, ReceivedChunk{digest, data});
  std::string words;
  EXPECT_EQ(failure([&] { uploads->add(upload, chunks); }, &words), ErrorCode::kInvalidArgument);
  EXPECT_NE(words.find("4096"), std::string::npos) << words;
  EXPECT_EQ(uploads->add(upload, std::span(chunks).first(4'096)).new_bytes, 1u);
}

TEST_F(Uploading, EqualContentIsNoNewVersion) {
  const auto first = client->put(kTree);
  client->put({{"other", "x"}});
  const auto upload = client->begin();
  EXPECT_EQ(client->send(upload, kTree), 0u);
  const std::string manifest = manifest_of(kTree);
  CommitRequest request = TestClient::request(upload, manifest);
  request.aliases = {"best"};
  request.tags = {"b", "a"};
  const auto run = storage::make_writer(*database).run;
  request.run_id = run.text();
  const auto again = uploads->commit(request, manifest);
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.version.id, first.version.id);
  EXPECT_EQ(again.version.aliases, std::vector<std::string>{"best"});  // latest stays at v1
  EXPECT_EQ(again.version.tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(again.version.run, run);
  EXPECT_EQ(count("artifact_version"), 2);
}

TEST_F(Uploading, CommittingAgainGivesTheSameAnswer) {
  const auto upload = client->begin();
  client->send(upload, kTree);
  const auto first = client->commit(upload, kTree);
  client->put({{"newer", "x"}});
  const auto again = client->commit(upload, kTree);
  EXPECT_TRUE(again.created);
  EXPECT_EQ(again.version.id, first.version.id);
  EXPECT_EQ(count("artifact_version"), 2);
  EXPECT_EQ(failure([&] { client->commit(upload, {{"x", "y"}}); }), ErrorCode::kFailedPrecondition);
  EXPECT_EQ(failure([&] { client->send(upload, kTree); }), ErrorCode::kFailedPrecondition);
}

TEST_F(Uploading, BytesThatAreNotTheirDigestAreRefused) {
  const auto upload = client->begin();
  const auto digest = artifact::sha256("one");
  const ReceivedChunk chunks[] = {{digest.raw(), "one"}, {digest.raw(), "two"}};
  EXPECT_EQ(failure([&] { uploads->add(upload, chunks); }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(count("artifact_chunk"), 0);  // not the right one either
  const ReceivedChunk empty{artifact::sha256("").raw(), ""};
  EXPECT_EQ(failure([&] { uploads->add(upload, std::span(&empty, 1)); }),
            ErrorCode::kInvalidArgument);
  const ReceivedChunk cut{digest.raw().substr(1), "one"};
  EXPECT_EQ(failure([&] { uploads->add(upload, std::span(&cut, 1)); }),
            ErrorCode::kInvalidArgument);
  const std::string large(artifact::kMostChunkBytes + 1, 'x');
  const auto of_large = artifact::sha256(large);
  const ReceivedChunk over{of_large.raw(), large};
  EXPECT_EQ(failure([&] { uploads->add(upload, std::span(&over, 1)); }),
            ErrorCode::kInvalidArgument);
}

TEST_F(Uploading, AManifestThatIsNotTheAnnouncedOneIsRefused) {
  const auto upload = client->begin();
  client->send(upload, kTree);
  const std::string manifest = manifest_of(kTree);
  auto request = TestClient::request(upload, manifest);
  EXPECT_EQ(failure([&] { uploads->commit(request, manifest + "x"); }),
            ErrorCode::kInvalidArgument);
  request.digest = artifact::sha256("junk").raw();
  EXPECT_EQ(failure([&] { uploads->commit(request, "junk"); }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(count("artifact_version"), 0);
}

TEST_F(Uploading, AChunkHasOneSize) {
  const auto upload = client->begin();
  client->send(upload, {{"a", "one"}});
  artifact::ManifestWriter writer;
  const artifact::ChunkRef lie{artifact::sha256("one"), 4};
  writer.add_file("a", lie.sha256, {lie});
  const std::string manifest = writer.finish();
  std::string words;
  EXPECT_EQ(
      failure([&] { uploads->commit(TestClient::request(upload, manifest), manifest); }, &words),
      ErrorCode::kInvalidArgument);
  EXPECT_NE(words.find("it has 3"), std::string::npos) << words;
}

TEST_F(Uploading, ACollectionHoldsOneType) {
  client->put(kTree);
  TestClient other{*uploads, "imdb", "dataset", "net"};
  EXPECT_EQ(failure([&] { other.begin(); }), ErrorCode::kFailedPrecondition);
  // The other way round: both began before there was a collection.
  TestClient one{*uploads, "imdb", "model", "new"}, two{*uploads, "imdb", "dataset", "new"};
  const auto first = one.begin(), second = two.begin();
  one.send(first, kTree);
  one.commit(first, kTree);
  EXPECT_EQ(failure([&] { two.commit(second, kTree); }), ErrorCode::kFailedPrecondition);
}

TEST_F(Uploading, ProjectsShareNoChunks) {
  client->put(kTree);
  TestClient other{*uploads, "secret"};
  const auto upload = other.begin();
  EXPECT_EQ(other.send(upload, kTree), 4u);  // all of them, "two|" twice
  other.commit(upload, kTree);
  EXPECT_EQ(count("artifact_chunk"), 6);
  const auto digest = artifact::sha256("one|");
  EXPECT_EQ(failure([&] {
              downloads->chunks(core::ProjectId::random(), std::span(&digest, 1),
                                [](auto&, auto&&) { return true; });
            }),
            ErrorCode::kNotFound);
}

TEST_F(Uploading, ChunksOfAnUploadNobodyCallsForGoAfterADay) {
  const auto upload = client->begin();
  client->send(upload, kTree);
  clock.advance(storage::kUploadLifeUs - core::kMinuteUs);
  EXPECT_EQ(collector->round().chunks, 0u);
  EXPECT_EQ(client->send(upload, kTree), 0u);  // the call renews it
  clock.advance(storage::kUploadLifeUs - core::kMinuteUs);
  EXPECT_EQ(collector->round().chunks, 0u);
  clock.advance(2 * core::kMinuteUs);
  EXPECT_EQ(failure([&] { client->send(upload, kTree); }), ErrorCode::kNotFound);
  EXPECT_EQ(failure([&] { client->commit(upload, kTree); }), ErrorCode::kNotFound);
  const auto collected = collector->round();
  EXPECT_EQ(collected.uploads, 1u);
  EXPECT_EQ(collected.chunks, 3u);
  EXPECT_EQ(collected.bytes, 13u);
  EXPECT_EQ(count("artifact_chunk"), 0);
}

TEST_F(Uploading, AGivenUpUploadHoldsNothing) {
  const auto upload = client->begin();
  client->send(upload, kTree);
  uploads->abort(upload);
  EXPECT_EQ(failure([&] { client->commit(upload, kTree); }), ErrorCode::kNotFound);
  EXPECT_EQ(collector->round().chunks, 3u);
  const auto kept = client->begin();
  client->send(kept, kTree);
  client->commit(kept, kTree);
  uploads->abort(kept);  // too late: nothing happens
  EXPECT_EQ(collector->round().chunks, 0u);
  EXPECT_EQ(read(find("latest")), kTree);
}

TEST_F(Uploading, TheRunThatMadeItIsOfTheSameProject) {
  const auto upload = client->begin();
  client->send(upload, kTree);
  const std::string manifest = manifest_of(kTree);
  auto request = TestClient::request(upload, manifest);
  request.run_id = core::RunId::random().text();
  EXPECT_EQ(failure([&] { uploads->commit(request, manifest); }), ErrorCode::kNotFound);
  request.run_id = storage::make_writer(*database, core::RunId::random(), "other").run.text();
  EXPECT_EQ(failure([&] { uploads->commit(request, manifest); }), ErrorCode::kInvalidArgument);
  request.run_id = "x";
  EXPECT_EQ(failure([&] { uploads->commit(request, manifest); }), ErrorCode::kInvalidArgument);
  const auto run = storage::make_writer(*database).run;
  request.run_id = run.text();
  EXPECT_EQ(uploads->commit(request, manifest).version.run, run);
}

TEST_F(Uploading, NamesAndTextsAreChecked) {
  const auto begin = [&](UploadRequest request) {
    return failure([&] { uploads->begin(request); });
  };
  EXPECT_EQ(begin({"", "model", "net", ""}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(begin({std::string(201, 'p'), "model", "net", ""}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(begin({"imdb", "mo del", "net", ""}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(begin({"imdb", "model", "../net", ""}), ErrorCode::kInvalidArgument);
  const auto wrong = [&](std::function<void(CommitRequest&)> change) {
    CommitRequest request;
    request.digest = artifact::sha256("").raw();
    Uploads::check(request);
    change(request);
    return failure([&] { Uploads::check(request); });
  };
  EXPECT_EQ(wrong([](auto& r) { r.aliases = {"latest"}; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(wrong([](auto& r) { r.aliases = {"v7"}; }), ErrorCode::kInvalidArgument);
  EXPECT_EQ(wrong([](auto& r) { r.tags = std::vector<std::string>(65, "t"); }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(wrong([](auto& r) { r.description = std::string(65'537, 'x'); }),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(wrong([](auto& r) { r.ttl_s = ~std::uint64_t{0}; }), ErrorCode::kInvalidArgument);
  for (const std::string& json :
       {std::string("[]"), std::string("1"), std::string("{"), std::string("{} {}"),
        std::string("{\"a\":NaN}"), std::string("{\"a\":\"\\u0000\"}"),
        std::string("{\"\\u0000\":1}"), "{\"a\":\"" + std::string(256 << 10, 'x') + "\"}",
        "{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}"})
    EXPECT_EQ(wrong([&](auto& r) { r.metadata_json = json; }), ErrorCode::kInvalidArgument)
        << json.substr(0, 40);
}

TEST_F(Uploading, ManyMayStoreTheSameChunksAtOnce) {
  Tree tree;
  for (int i = 0; i < 40; ++i) tree["f" + std::to_string(i)] = "content " + std::to_string(i);
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      TestClient mine{*uploads, "imdb", "model", "net" + std::to_string(t % 2)};
      mine.put(tree);
    });
  threads.clear();
  EXPECT_EQ(count("artifact_chunk"), 40);
  EXPECT_EQ(count("artifact_version"), 2);
  EXPECT_EQ(read(find("v0", "net0")), tree);
  EXPECT_EQ(read(find("v0", "net1")), tree);
}

TEST_F(Uploading, ARangeOfAFileIsMadeOfPartsOfItsChunks) {
  const std::string content = "0123|456|7";
  client->put({{"f", content}});
  const auto manifest = downloads->manifest(find("v0"));
  const auto entry = find_entry(*manifest, "f");
  ASSERT_TRUE(entry);
  EXPECT_FALSE(find_entry(*manifest, "e"));
  const auto project = storage::project_with_artifacts(*database, "imdb");
  for (std::size_t from = 0; from <= content.size(); ++from)
    for (std::size_t size = 0; from + size <= content.size(); ++size) {
      std::string got;
      for (const FilePiece& piece : artifacts::pieces_of(*entry, {from, size}))
        got += downloads->piece(project, piece);
      ASSERT_EQ(got, content.substr(from, size)) << from << " " << size;
    }
}

TEST_F(Uploading, ChunksComeInTheOrderAskedForUntilOneIsMissing) {
  Tree tree;
  std::vector<artifact::Sha256> wanted;
  std::string expected, got;
  for (int i = 0; i < 600; ++i) {
    const std::string content = "chunk " + std::to_string(i);
    tree["f" + std::to_string(i)] = content;
    wanted.push_back(artifact::sha256(content));
    expected += content;
  }
  wanted.push_back(wanted[3]);
  expected += "chunk 3";
  client->put(tree);
  const auto project = storage::project_with_artifacts(*database, "imdb");
  const auto take = [&](const artifact::Sha256& sha256, std::string&& data) {
    EXPECT_EQ(artifact::sha256(data), sha256);
    got += data;
    return true;
  };
  downloads->chunks(project, wanted, take);
  EXPECT_EQ(got, expected);
  got.clear();
  wanted[300] = artifact::sha256("nobody has this");
  std::string words;
  EXPECT_EQ(failure([&] { downloads->chunks(project, wanted, take); }, &words),
            ErrorCode::kNotFound);
  EXPECT_NE(words.find(wanted[300].hex()), std::string::npos) << words;
  EXPECT_EQ(got, expected.substr(0, expected.find("chunk 300")));
}

TEST_F(Uploading, ADamagedChunkIsSaidAndNeverGiven) {
  client->put({{"a", "one|two"}});
  storage::PgConnection connection(database->options().dsn, 0);
  EXPECT_TRUE(storage::verify_artifacts(connection).findings.empty());
  connection.command("UPDATE artifact_chunk SET data = 'onf|'::bytea WHERE size = 4");
  EXPECT_EQ(failure([&] { read(find("v0")); }), ErrorCode::kDataLoss);
  connection.command("UPDATE artifact_manifest SET data = 'x'::bytea");
  Downloads fresh(*database, nullptr);
  EXPECT_EQ(failure([&] { fresh.manifest(find("v0")); }), ErrorCode::kDataLoss);
  const auto findings = storage::verify_artifacts(connection).findings;
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].kind, "artifact_chunk");
  EXPECT_EQ(findings[0].where, "artifacts imdb/net:v0");
  EXPECT_EQ(findings[1].kind, "artifact_manifest");
}

TEST_F(Uploading, TheCheckFindsAVersionThatDoesNotHoldItsChunks) {
  client->put({{"a", "one|two"}});
  storage::PgConnection connection(database->options().dsn, 0);
  connection.command("DELETE FROM artifact_version_chunk WHERE chunk_id = 1");
  const auto findings = storage::verify_artifacts(connection).findings;
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].kind, "artifact_holds");
  EXPECT_EQ(findings[0].where, "artifact imdb/net:v0");
}

}  // namespace
}  // namespace tracker::artifacts
