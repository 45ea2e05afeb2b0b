#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <optional>

#include "auth/keys.hpp"
#include "rpc/artifacts_service.hpp"
#include "rpc/server.hpp"
#include "tracker/v1/artifacts.grpc.pb.h"
#include "world.hpp"

// Uploads that are under way when rights change.
namespace tracker::rpc {
namespace {

using grpc::StatusCode;

class UploadRightsTest : public auth::World {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    World::SetUp();
    uploads.emplace(*database, clock, nullptr);
    downloads.emplace(*database, nullptr);
    service = std::make_unique<ArtifactsService>(
        ArtifactsServiceParts{*database, *gate, clock, *uploads, *downloads});
    ServerOptions listening;
    listening.port = 0;
    server = std::make_unique<Server>(listening, std::vector{&service->service()});
    server->start();
    stub = v1::ArtifactsService::NewStub(grpc::CreateChannel(
        "127.0.0.1:" + std::to_string(server->port()), grpc::InsecureChannelCredentials()));
    upload = make_artifact(kMine).upload;
  }
  void TearDown() override {
    server.reset();
    service.reset();
  }

  // Sends a chunk, lets `change` happen once it is stored, and sends another.
  template <class Change>
  grpc::Status send(const std::string& key, Change change) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::minutes(1));
    context.AddMetadata("authorization", "Bearer " + key);
    v1::UploadChunksResponse response;
    const auto stream = stub->UploadChunks(&context, &response);
    const auto write = [&](const std::string& data) {
      v1::UploadChunksRequest request;
      request.set_upload(upload);
      auto* chunk = request.add_chunks();
      chunk->set_sha256(std::string(artifact::sha256(data).raw()));
      chunk->set_data(data);
      return stream->Write(request);
    };
    EXPECT_TRUE(write("first"));
    while (!stored("first")) std::this_thread::yield();
    change();
    write("second");
    stream->WritesDone();
    return stream->Finish();
  }
  bool stored(const std::string& data) {
    return database->pg()
               ->run("SELECT 1 FROM artifact_chunk WHERE sha256 = $1",
                     storage::PgParams().bytea(artifact::sha256(data).raw()))
               .rows() > 0;
  }

  std::optional<artifacts::Uploads> uploads;
  std::optional<artifacts::Downloads> downloads;
  std::unique_ptr<ArtifactsService> service;
  std::unique_ptr<Server> server;
  std::unique_ptr<v1::ArtifactsService::Stub> stub;
  std::string upload;
};

TEST_F(UploadRightsTest, NothingMoreIsTakenWithAKeyThatWasRevoked) {
  const auto status = send(keys["wim"], [&] {
    auto guard = as_root();
    auth::revoke_key(*gate, guard, *auth::key_id(keys["wim"]));
  });
  EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED) << status.error_message();
  EXPECT_FALSE(stored("second"));
}

TEST_F(UploadRightsTest, NothingMoreIsTakenFromWhoMayNotWriteAnyMore) {
  const auto status = send(keys["wim"], [&] { share(mine, "wim", core::Role::kViewer); });
  EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED) << status.error_message();
  EXPECT_FALSE(stored("second"));
}

TEST_F(UploadRightsTest, NothingMoreIsTakenWithAKeyThatRanOut) {
  const auto status =
      send(key("wim", {.name = "k", .lifetime_s = 60}), [&] { clock.advance(60'000'000); });
  EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED) << status.error_message();
  EXPECT_FALSE(stored("second"));
}

TEST_F(UploadRightsTest, ChangesOfOthersAreNoMatter) {
  const auto status = send(keys["wim"], [&] { share(mine, "vic", core::Role::kWriter); });
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(stored("second"));
}

}  // namespace
}  // namespace tracker::rpc
