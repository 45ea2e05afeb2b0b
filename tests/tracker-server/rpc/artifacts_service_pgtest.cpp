#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <optional>
#include <string>
#include <vector>

#include "artifact/manifest.hpp"
#include "artifacts/artifacts.hpp"
#include "core/clock.hpp"
#include "rpc/artifacts_service.hpp"
#include "rpc_fixture.hpp"
#include "tracker/v1/artifacts.grpc.pb.h"

namespace tracker::rpc {
namespace {

using Stub = v1::ArtifactsService::Stub;
using grpc::StatusCode;

class ArtifactsServiceTest : public RpcTest {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::critical);
    RpcTest::SetUp();
    parts = std::make_unique<artifacts::Artifacts>(*database, clock, nullptr);
    service = std::make_unique<ArtifactsService>(
        ArtifactsServiceParts{*database, *gate, clock, parts->uploads, parts->downloads},
        ArtifactsServiceOptions{.streams = 2});
    serve(service->service());
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(8 << 20);
    channel = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server->port()),
                                        grpc::InsecureChannelCredentials(), arguments);
    stub = v1::ArtifactsService::NewStub(channel);
  }
  void TearDown() override {
    server.reset();
    service.reset();
  }

  template <class Request, class Response>
  grpc::Status call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    limit(context);
    return (stub.get()->*method)(&context, request, &response);
  }

  std::string begin(const std::string& name = "net") {
    v1::BeginUploadRequest request;
    request.set_project("imdb");
    request.set_type("model");
    request.set_name(name);
    v1::BeginUploadResponse response;
    EXPECT_TRUE(call(&Stub::BeginUpload, request, response).ok());
    EXPECT_EQ(response.expires_at_us(), storage::kNow + storage::kUploadLifeUs);
    return response.upload();
  }

  static v1::UploadChunksRequest message(const std::string& upload,
                                         const std::vector<std::string>& chunks) {
    v1::UploadChunksRequest out;
    out.set_upload(upload);
    for (const auto& data : chunks) {
      auto* chunk = out.add_chunks();
      chunk->set_sha256(std::string(artifact::sha256(data).raw()));
      chunk->set_data(data);
    }
    return out;
  }
  grpc::Status send(const std::vector<v1::UploadChunksRequest>& messages,
                    v1::UploadChunksResponse& response) {
    grpc::ClientContext context;
    limit(context);
    const auto stream = stub->UploadChunks(&context, &response);
    for (const auto& each : messages)
      if (!stream->Write(each)) break;
    stream->WritesDone();
    return stream->Finish();
  }

  static v1::CommitHeader header(const std::string& upload, const std::string& manifest) {
    v1::CommitHeader out;
    out.set_upload(upload);
    out.set_digest(std::string(artifact::sha256(manifest).raw()));
    out.set_manifest_bytes(manifest.size());
    return out;
  }
  grpc::Status commit(const std::vector<v1::CommitVersionRequest>& messages,
                      v1::CommitVersionResponse& response) {
    grpc::ClientContext context;
    limit(context);
    const auto stream = stub->CommitVersion(&context, &response);
    for (const auto& each : messages)
      if (!stream->Write(each)) break;
    stream->WritesDone();
    return stream->Finish();
  }
  static std::vector<v1::CommitVersionRequest> in_parts(const v1::CommitHeader& header,
                                                        const std::string& manifest,
                                                        std::size_t part) {
    std::vector<v1::CommitVersionRequest> out(1);
    *out[0].mutable_header() = header;
    for (std::size_t at = 0; at < manifest.size(); at += part)
      out.emplace_back().set_manifest(manifest.substr(at, part));
    return out;
  }

  static std::string manifest_of(const std::map<std::string, std::string>& files) {
    artifact::ManifestWriter writer;
    for (const auto& [path, data] : files)
      writer.add_file(path, artifact::sha256(data),
                      {{artifact::sha256(data), static_cast<std::uint32_t>(data.size())}});
    return writer.finish();
  }
  v1::ArtifactVersion put(const std::map<std::string, std::string>& files) {
    const std::string upload = begin(), manifest = manifest_of(files);
    std::vector<std::string> chunks;
    for (const auto& [path, data] : files) chunks.push_back(data);
    v1::UploadChunksResponse sent;
    EXPECT_TRUE(send({message(upload, chunks)}, sent).ok());
    v1::CommitVersionResponse response;
    const auto status =
        commit(in_parts(header(upload, manifest), manifest, manifest.size()), response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.version();
  }

  static v1::ArtifactRef ref(const std::string& version) {
    v1::ArtifactRef out;
    out.set_project("imdb");
    out.set_name("net");
    out.set_version(version);
    return out;
  }

  core::ManualClock clock{storage::kNow};
  std::unique_ptr<artifacts::Artifacts> parts;
  std::unique_ptr<ArtifactsService> service;
  std::unique_ptr<Stub> stub;
};

TEST_F(ArtifactsServiceTest, AVersionTravelsThereAndBack) {
  const std::string large(4u << 20, 'L'), upload = begin();
  v1::FindMissingRequest question;
  question.set_upload(upload);
  for (const std::string& data : {large, std::string("small")})
    question.add_sha256(std::string(artifact::sha256(data).raw()));
  v1::FindMissingResponse answer;
  ASSERT_TRUE(call(&Stub::FindMissing, question, answer).ok());
  EXPECT_EQ(answer.missing_size(), 2);
  v1::UploadChunksResponse sent;
  ASSERT_TRUE(send({message(upload, {large}), message("", {"small", "small"})}, sent).ok());
  EXPECT_EQ(sent.chunks(), 3u);
  EXPECT_EQ(sent.bytes(), large.size() + 10);
  EXPECT_EQ(sent.new_bytes(), large.size() + 5);
  ASSERT_TRUE(call(&Stub::FindMissing, question, answer).ok());
  EXPECT_EQ(answer.missing_size(), 0);

  const std::string manifest = manifest_of({{"large", large}, {"small", "small"}});
  auto head = header(upload, manifest);
  head.add_aliases("best");
  head.add_tags("good");
  head.set_description("a net");
  head.set_metadata_json(R"({"accuracy":0.9})");
  head.set_ttl_s(60);
  v1::CommitVersionResponse committed;
  ASSERT_TRUE(commit(in_parts(head, manifest, 10), committed).ok());
  EXPECT_TRUE(committed.created());
  const auto& version = committed.version();
  EXPECT_EQ(version.metadata_json(), R"({"accuracy": 0.9})");
  EXPECT_EQ(version.expires_at_us(), storage::kNow + 60'000'000);

  grpc::ClientContext reading;
  limit(reading);
  v1::GetManifestRequest wanted;
  *wanted.mutable_ref() = ref("best");
  const auto parts_of = stub->GetManifest(&reading, wanted);
  v1::GetManifestResponse part;
  std::string got;
  while (parts_of->Read(&part)) {
    if (got.empty()) {
      EXPECT_EQ(part.version().id(), version.id());
    }
    got += part.data();
  }
  EXPECT_TRUE(parts_of->Finish().ok());
  EXPECT_EQ(got, manifest);

  grpc::ClientContext loading;
  limit(loading);
  v1::DownloadChunksRequest download;
  download.set_project("imdb");
  for (const std::string& data : {std::string("small"), large, std::string("small")})
    download.add_sha256(std::string(artifact::sha256(data).raw()));
  const auto chunks = stub->DownloadChunks(&loading, download);
  v1::ArtifactChunk chunk;
  for (const std::string& data : {std::string("small"), large, std::string("small")}) {
    ASSERT_TRUE(chunks->Read(&chunk));
    EXPECT_EQ(chunk.data(), data);
    EXPECT_EQ(chunk.sha256(), artifact::sha256(data).raw());
  }
  EXPECT_FALSE(chunks->Read(&chunk));
  EXPECT_TRUE(chunks->Finish().ok());
}

TEST_F(ArtifactsServiceTest, AnUploadStreamSaysWhatIsWrong) {
  v1::UploadChunksResponse response;
  EXPECT_EQ(send({message("nonsense", {"a"})}, response).error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(send({message(core::RunId::random().text(), {"a"})}, response).error_code(),
            StatusCode::NOT_FOUND);
  const std::string upload = begin();
  auto lie = message(upload, {"a"});
  lie.mutable_chunks(0)->set_data("b");
  EXPECT_EQ(send({message(upload, {"ok"}), lie}, response).error_code(),
            StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ask("SELECT count(*) FROM artifact_chunk"), "1");  // the message before was durable
  EXPECT_EQ(send({message(upload, {std::string((4u << 20) + 1, 'x')})}, response).error_code(),
            StatusCode::INVALID_ARGUMENT);
  const std::string four(4u << 20, 'x');
  EXPECT_EQ(send({message(upload, {four, four})}, response).error_code(),
            StatusCode::RESOURCE_EXHAUSTED);  // gRPC's own limit, before anything is allocated
  EXPECT_TRUE(send({}, response).ok());
}

TEST_F(ArtifactsServiceTest, ACommitStreamSaysWhatIsWrong) {
  const std::string upload = begin(), manifest = manifest_of({{"a", "one"}});
  const auto head = header(upload, manifest);
  v1::CommitVersionResponse response;
  const auto code = [&](const std::vector<v1::CommitVersionRequest>& messages) {
    return commit(messages, response).error_code();
  };
  EXPECT_EQ(code({}), StatusCode::INVALID_ARGUMENT);
  auto messages = in_parts(head, manifest, 10);
  EXPECT_EQ(code({messages[1]}), StatusCode::INVALID_ARGUMENT);               // no header
  EXPECT_EQ(code({messages[0], messages[0]}), StatusCode::INVALID_ARGUMENT);  // two
  EXPECT_EQ(code({messages[0], messages[1]}), StatusCode::INVALID_ARGUMENT);  // too short
  auto longer = messages;
  longer.push_back(messages[1]);
  EXPECT_EQ(code(longer), StatusCode::INVALID_ARGUMENT);
  auto huge = head;
  huge.set_manifest_bytes(artifact::kMostManifestBytes + 1);
  EXPECT_EQ(code(in_parts(huge, manifest, 100)), StatusCode::INVALID_ARGUMENT);
  auto latest = head;
  latest.add_aliases("latest");
  EXPECT_EQ(code(in_parts(latest, manifest, 100)), StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(code(messages), StatusCode::FAILED_PRECONDITION);  // its chunk is missing
}

TEST_F(ArtifactsServiceTest, NoMoreStreamsThanMayBe) {
  const std::string upload = begin();
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<v1::UploadChunksResponse> responses(3);
  std::vector<std::unique_ptr<grpc::ClientWriter<v1::UploadChunksRequest>>> streams;
  for (int i = 0; i < 2; ++i) {
    limit(*contexts.emplace_back(std::make_unique<grpc::ClientContext>()));
    streams.push_back(
        stub->UploadChunks(contexts.back().get(), &responses[static_cast<std::size_t>(i)]));
    ASSERT_TRUE(streams.back()->Write(message(upload, {"chunk " + std::to_string(i)})));
  }
  // Both have begun once their chunks are there.
  ASSERT_TRUE(eventually([&] { return ask("SELECT count(*) FROM artifact_chunk") == "2"; }));
  EXPECT_EQ(send({message(upload, {"more"})}, responses[2]).error_code(),
            StatusCode::RESOURCE_EXHAUSTED);
  for (const auto& stream : streams) {
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
  }
  ASSERT_TRUE(eventually([&] { return send({message(upload, {"more"})}, responses[2]).ok(); }));
}

TEST_F(ArtifactsServiceTest, ListsGoPageByPage) {
  put({{"a", "1"}, {"b/c", "2"}, {"b/d", "3"}});
  put({{"a", "4"}});
  v1::ListVersionsRequest versions;
  versions.set_project("imdb");
  versions.set_name("net");
  versions.set_page_size(1);
  v1::ListVersionsResponse page;
  ASSERT_TRUE(call(&Stub::ListVersions, versions, page).ok());
  ASSERT_EQ(page.versions_size(), 1);
  EXPECT_EQ(page.versions(0).number(), 1u);
  versions.set_page_token(page.next_page_token());
  page.Clear();
  ASSERT_TRUE(call(&Stub::ListVersions, versions, page).ok());
  EXPECT_EQ(page.versions(0).number(), 0u);
  EXPECT_EQ(page.next_page_token(), "");
  versions.set_page_token("x");
  EXPECT_EQ(call(&Stub::ListVersions, versions, page).error_code(), StatusCode::INVALID_ARGUMENT);

  v1::ListFilesRequest files;
  *files.mutable_ref() = ref("v0");
  files.set_prefix("b/");
  files.set_page_size(1);
  v1::ListFilesResponse file_page;
  ASSERT_TRUE(call(&Stub::ListFiles, files, file_page).ok());
  ASSERT_EQ(file_page.files_size(), 1);
  EXPECT_EQ(file_page.files(0).path(), "b/c");
  EXPECT_EQ(file_page.files(0).size_bytes(), 1u);
  files.set_page_token(file_page.next_page_token());
  file_page.Clear();
  ASSERT_TRUE(call(&Stub::ListFiles, files, file_page).ok());
  EXPECT_EQ(file_page.files(0).path(), "b/d");
  EXPECT_EQ(file_page.next_page_token(), "");

  v1::ListCollectionsRequest collections;
  collections.set_project("imdb");
  v1::ListCollectionsResponse list;
  ASSERT_TRUE(call(&Stub::ListCollections, collections, list).ok());
  ASSERT_EQ(list.collections_size(), 1);
  EXPECT_EQ(list.collections(0).versions(), 2u);
  EXPECT_EQ(list.collections(0).latest(), 1u);
  EXPECT_EQ(list.collections(0).size_bytes(), 4u);
  collections.set_type("dataset");
  list.Clear();
  ASSERT_TRUE(call(&Stub::ListCollections, collections, list).ok());
  EXPECT_EQ(list.collections_size(), 0);
  collections.set_project("other");
  EXPECT_EQ(call(&Stub::ListCollections, collections, list).error_code(), StatusCode::NOT_FOUND);
}

TEST_F(ArtifactsServiceTest, EditsDeletionAndLineage) {
  const auto version = put({{"a", "1"}});
  const std::string run = storage::make_writer(*database).run.text();
  v1::ArtifactVersion response;
  v1::SetAliasRequest alias;
  *alias.mutable_ref() = ref("v0");
  alias.set_alias("best");
  ASSERT_TRUE(call(&Stub::SetAlias, alias, response).ok());
  alias.set_alias("v1");
  EXPECT_EQ(call(&Stub::SetAlias, alias, response).error_code(), StatusCode::INVALID_ARGUMENT);
  v1::UpdateVersionRequest update;
  *update.mutable_ref() = ref("best");
  update.set_description("new");
  update.add_add_tags("b");
  update.add_add_tags("a");
  update.add_remove_tags("b");
  ASSERT_TRUE(call(&Stub::UpdateVersion, update, response).ok());
  EXPECT_EQ(response.description(), "new");
  ASSERT_EQ(response.tags_size(), 1);
  EXPECT_EQ(response.metadata_json(), "{}");
  v1::UseVersionRequest use;
  use.mutable_ref()->set_id(version.id());
  use.set_run_id(run);
  ASSERT_TRUE(call(&Stub::UseVersion, use, response).ok());
  v1::GetLineageRequest question;
  question.set_run_id(run);
  v1::Lineage lineage;
  ASSERT_TRUE(call(&Stub::GetLineage, question, lineage).ok());
  ASSERT_EQ(lineage.edges_size(), 1);
  EXPECT_EQ(lineage.edges(0).kind(), v1::LineageEdge::USED);
  EXPECT_EQ(lineage.versions(0).id(), version.id());
  v1::DeleteVersionRequest removal;
  *removal.mutable_ref() = ref("v0");
  v1::DeleteVersionResponse removed;
  EXPECT_EQ(call(&Stub::DeleteVersion, removal, removed).error_code(),
            StatusCode::FAILED_PRECONDITION);
  removal.set_delete_aliases(true);
  ASSERT_TRUE(call(&Stub::DeleteVersion, removal, removed).ok());
  EXPECT_EQ(removed.version().purge_at_us(), storage::kNow + 7LL * 24 * 3600 * 1'000'000);
  v1::GetVersionRequest get;
  *get.mutable_ref() = ref("v0");
  EXPECT_EQ(call(&Stub::GetVersion, get, response).error_code(), StatusCode::NOT_FOUND);
  get.set_deleted(true);
  EXPECT_TRUE(call(&Stub::GetVersion, get, response).ok());
  v1::RestoreVersionRequest restore;
  *restore.mutable_ref() = ref("v0");
  ASSERT_TRUE(call(&Stub::RestoreVersion, restore, response).ok());
  v1::DeleteCollectionRequest all;
  all.set_project("imdb");
  all.set_name("net");
  v1::DeleteCollectionResponse gone;
  ASSERT_TRUE(call(&Stub::DeleteCollection, all, gone).ok());
  EXPECT_EQ(gone.versions(), 1u);
}

}  // namespace
}  // namespace tracker::rpc
