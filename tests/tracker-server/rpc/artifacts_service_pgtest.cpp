#include <string>

#include "artifacts_service_fixture.hpp"

namespace tracker::rpc {
namespace {

using Stub = ArtifactsStub;
using grpc::StatusCode;

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
