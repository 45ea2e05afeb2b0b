#pragma once

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "artifact/manifest.hpp"
#include "artifacts/artifacts.hpp"
#include "core/clock.hpp"
#include "rpc/artifacts_service.hpp"
#include "rpc_fixture.hpp"
#include "tracker/v1/artifacts.grpc.pb.h"

namespace tracker::rpc {

using ArtifactsStub = v1::ArtifactsService::Stub;

// The service behind a real gRPC server that everybody may use, and a client of it.
class ArtifactsServiceTest : public RpcTest {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::critical);
    RpcTest::SetUp();
    parts = std::make_unique<artifacts::Artifacts>(*database, clock, nullptr);
    serve_artifacts(*gate, {.streams = 2});
  }
  void TearDown() override {
    server.reset();
    service.reset();
  }

  // In place of the one that was there.
  void serve_artifacts(auth::Gate& asked, ArtifactsServiceOptions options) {
    server.reset();
    service = std::make_unique<ArtifactsService>(
        ArtifactsServiceParts{*database, asked, clock, parts->uploads, parts->downloads}, options);
    serve(service->service());
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(8 << 20);
    channel = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server->port()),
                                        grpc::InsecureChannelCredentials(), arguments);
    stub = v1::ArtifactsService::NewStub(channel);
  }

  template <class Request, class Response>
  grpc::Status call(grpc::Status (ArtifactsStub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
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
    EXPECT_TRUE(call(&ArtifactsStub::BeginUpload, request, response).ok());
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
  std::unique_ptr<ArtifactsStub> stub;
};

}  // namespace tracker::rpc
