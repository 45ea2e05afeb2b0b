#include <memory>
#include <string>
#include <vector>

#include "artifacts_service_fixture.hpp"

// The streams of uploads, commits and downloads: what they say, how many there may be, how long
// they may take.
namespace tracker::rpc {
namespace {

using grpc::StatusCode;

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

// Whoever has no key waits for nothing and takes nobody's place, however little they say.
TEST_F(ArtifactsServiceTest, AStreamOfNobodyEndsBeforeItSaysAnything) {
  auth::Gate closed(*database, system_clock, auth::Anonymous::kNever);
  serve_artifacts(closed, {.streams = 2});
  const auto soon = std::chrono::system_clock::now() + std::chrono::seconds(20);
  for (int i = 0; i < 3; ++i) {
    grpc::ClientContext uploading, committing;
    uploading.set_deadline(soon);
    committing.set_deadline(soon);
    v1::UploadChunksResponse uploaded;
    v1::CommitVersionResponse committed;
    EXPECT_EQ(stub->UploadChunks(&uploading, &uploaded)->Finish().error_code(),
              StatusCode::UNAUTHENTICATED);
    EXPECT_EQ(stub->CommitVersion(&committing, &committed)->Finish().error_code(),
              StatusCode::UNAUTHENTICATED);
  }
}

// Their places are free again: there are two.
TEST_F(ArtifactsServiceTest, AStreamThatSaysNothingMoreIsClosed) {
  serve_artifacts(*gate, {.streams = 2, .patience = std::chrono::milliseconds(200)});
  const std::string upload = begin();
  for (int messages = 0; messages < 3; ++messages) {
    grpc::ClientContext context;
    limit(context);
    v1::UploadChunksResponse response;
    const auto stream = stub->UploadChunks(&context, &response);
    for (int i = 0; i < messages; ++i) stream->Write(message(upload, {std::to_string(i)}));
    const auto status = stream->Finish();
    EXPECT_EQ(status.error_code(), StatusCode::UNAVAILABLE) << status.error_message();
  }
  grpc::ClientContext context;
  limit(context);
  v1::CommitVersionResponse response;
  EXPECT_EQ(stub->CommitVersion(&context, &response)->Finish().error_code(),
            StatusCode::UNAVAILABLE);
}

// A download that is under way: its first chunk was read, and no more.
struct Download {
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::ArtifactChunk>> reader;
  v1::ArtifactChunk chunk;
  bool begun = false;

  grpc::Status finish() {
    while (reader->Read(&chunk)) {
    }
    return reader->Finish();
  }
};

// There are two places. Both are free again once two others are under way at the same time.
TEST_F(ArtifactsServiceTest, WhoDoesNotReadIsCutAndHoldsUpNobody) {
  const std::string upload = begin(), large(4u << 20, 'L');
  v1::UploadChunksResponse sent;
  ASSERT_TRUE(send({message(upload, {large})}, sent).ok());
  serve_artifacts(*gate, {.streams = 2, .patience = std::chrono::milliseconds(200)});
  v1::DownloadChunksRequest wanted;
  wanted.set_project("imdb");
  for (int i = 0; i < 64; ++i) wanted.add_sha256(std::string(artifact::sha256(large).raw()));
  const auto start = [&] {
    auto out = std::make_unique<Download>();
    limit(out->context);
    out->reader = stub->DownloadChunks(&out->context, wanted);
    out->begun = out->reader->Read(&out->chunk);
    return out;
  };
  const auto one = start(), other = start();
  ASSERT_TRUE(one->begun && other->begun);
  ASSERT_TRUE(eventually([&] {
    const auto third = start(), fourth = start();
    const bool both = third->begun && fourth->begun;
    for (const auto& each : {third.get(), fourth.get()}) {
      each->context.TryCancel();
      each->finish();
    }
    return both;
  }));
  EXPECT_EQ(one->finish().error_code(), StatusCode::CANCELLED);
  EXPECT_EQ(other->finish().error_code(), StatusCode::CANCELLED);
}

}  // namespace
}  // namespace tracker::rpc
