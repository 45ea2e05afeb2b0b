#pragma once

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/watch.hpp"
#include "ingest/ingest.hpp"
#include "rpc/admin_service.hpp"
#include "rpc/artifacts_service.hpp"
#include "rpc/ingest_service.hpp"
#include "rpc/methods.hpp"
#include "rpc/runs_service.hpp"
#include "rpc/server.hpp"
#include "support/directories.hpp"
#include "tracker/v1/admin.pb.h"
#include "tracker/v1/artifacts.pb.h"
#include "tracker/v1/ingest.pb.h"
#include "tracker/v1/runs.pb.h"
#include "world.hpp"

// Every method of every service under proto/tracker/v1, called by everybody who may not. A method
// that is in no table, or a field that the test cannot fill, fails here.
namespace tracker::rpc {

using auth::Access;
namespace pb = google::protobuf;

// How a call ended: a stream of ingest tells its refusal in a message.
struct Ended {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string said;
};

inline std::vector<const pb::MethodDescriptor*> described() {
  // So that their descriptors are linked in.
  v1::DeletedRun::descriptor(), v1::Hello::descriptor(), v1::Run::descriptor();
  v1::ArtifactRef::descriptor();
  std::vector<const pb::MethodDescriptor*> all;
  const std::filesystem::path root(TRACKER_SOURCE_DIR "/proto");
  for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
    if (file.path().extension() != ".proto") continue;
    const auto name = std::filesystem::relative(file.path(), root).string();
    const auto* found = pb::DescriptorPool::generated_pool()->FindFileByName(name);
    if (found == nullptr) {
      ADD_FAILURE() << name << " is not linked into this test: include its header";
      continue;
    }
    for (int s = 0; s < found->service_count(); ++s)
      for (int m = 0; m < found->service(s)->method_count(); ++m)
        all.push_back(found->service(s)->method(m));
  }
  return all;
}

inline const Method* declared(const pb::MethodDescriptor& method) {
  for (const auto& one : kMethods)
    if (method.full_name() == one.name) return &one;
  ADD_FAILURE() << method.full_name() << " is not in kMethods: say who may call it";
  return nullptr;
}

class RpcWalk : public auth::World {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    World::SetUp();
    watch = std::make_unique<auth::Watch>(*gate);
    ingest::IngestOptions options;
    options.gate = gate.get();
    options.watch = watch.get();
    ingest = std::make_unique<ingest::Ingest>(*database, clock, options);
    ingest->start();
    streams = std::make_unique<IngestService>(*ingest);
    runs = std::make_unique<RunsService>(*database, *gate);
    admin = std::make_unique<AdminService>(*database, *gate, clock);
    uploads.emplace(*database, clock, nullptr);
    downloads.emplace(*database, nullptr);
    artifacts = std::make_unique<ArtifactsService>(
        ArtifactsServiceParts{*database, *gate, clock, *uploads, *downloads});
    ServerOptions listening;
    listening.port = 0;
    server =
        std::make_unique<Server>(listening, std::vector{&streams->service(), &runs->service(),
                                                        &admin->service(), &artifacts->service()});
    server->start();
    channel = grpc::CreateChannel("127.0.0.1:" + std::to_string(server->port()),
                                  grpc::InsecureChannelCredentials());
  }
  void TearDown() override {
    server.reset();
    ingest->stop();
    streams.reset();
    runs.reset();
    admin.reset();
    artifacts.reset();
    ingest.reset();
  }

  struct About {
    std::string run, project;
    World::Artifact artifact{};
    bool by_id = false;  // versions are named by their ids
  };
  About mine_now() { return {run_of(kMine).text(), kMine, make_artifact(kMine)}; }
  // Fields by their names; others stay as they are.
  static void fill(pb::Message& message, const About& about) {
    const bool is_ref = message.GetDescriptor()->name() == "ArtifactRef";
    std::map<std::string, std::string> known = {{"run", about.run},
                                                {"run_id", about.run},
                                                {"project", about.project},
                                                {"by", "state"},
                                                {"writer_id", about.run},
                                                {"name", about.artifact.name},
                                                {"type", "model"},
                                                {"alias", "best"},
                                                {"version", "v0"},
                                                {"upload", about.artifact.upload},
                                                {"sha256", about.artifact.chunk},
                                                {"digest", about.artifact.chunk}};
    if (is_ref && about.by_id) known = {{"id", about.artifact.version}};
    const auto* type = message.GetDescriptor();
    const auto* access = message.GetReflection();
    for (int at = 0; at < type->field_count(); ++at) {
      const auto* field = type->field(at);
      if (field->cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated() &&
          (field->name() == "ref" || field->name() == "header" || field->name() == "hello"))
        fill(*access->MutableMessage(&message, field), about);
      const auto value = known.find(field->name());
      if (value == known.end() || field->cpp_type() != pb::FieldDescriptor::CPPTYPE_STRING ||
          (field->containing_oneof() != nullptr &&
           access->HasOneof(message, field->containing_oneof())))
        continue;
      if (field->is_repeated())
        access->AddString(&message, field, value->second);
      else
        access->SetString(&message, field, value->second);
    }
    if (auto* hello = dynamic_cast<v1::Hello*>(&message)) {
      hello->set_protocol_version(1);
      hello->set_frame_version(1);
    }
  }

  std::unique_ptr<pb::Message> message_of(const pb::MethodDescriptor& method, const About& about) {
    std::unique_ptr<pb::Message> message(
        pb::MessageFactory::generated_factory()->GetPrototype(method.input_type())->New());
    fill(*message, about);
    return message;
  }
  Ended call(const pb::MethodDescriptor& method, const About& about, const std::string& key) {
    return send(method, message_of(method, about)->SerializeAsString(), key);
  }
  Ended send(const pb::MethodDescriptor& method, const std::string& bytes, const std::string& key) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    if (!key.empty()) context.AddMetadata("authorization", "Bearer " + key);
    grpc::Slice slice(bytes);
    const grpc::ByteBuffer sent(&slice, 1);
    grpc::CompletionQueue queue;
    grpc::GenericStub stub(channel);
    const auto path = "/" + method.service()->full_name() + "/" + method.name();
    const auto stream = stub.PrepareCall(&context, path, &queue);
    const auto step = [&queue](auto begin) {
      begin(reinterpret_cast<void*>(1));
      void* tag = nullptr;
      bool ok = false;
      queue.Next(&tag, &ok);
      return ok;
    };
    Ended ended;
    step([&](void* tag) { stream->StartCall(tag); });
    const bool both = method.client_streaming() && method.server_streaming();
    if (step([&](void* tag) { stream->Write(sent, tag); }) && !both)
      step([&](void* tag) { stream->WritesDone(tag); });
    grpc::ByteBuffer got;
    bool welcome = false;
    while (!welcome && step([&](void* tag) { stream->Read(&got, tag); })) {
      const auto text = text_of(got);
      ended.said += text;
      v1::StreamResponse response;
      if (!both || !response.ParseFromString(text)) continue;
      welcome = response.has_welcome();
      if (response.has_refusal()) ended.code = code_of(response.refusal().reason());
    }
    if (welcome) {
      ended.code = grpc::StatusCode::OK;
      context.TryCancel();
    }
    grpc::Status status;
    step([&](void* tag) { stream->Finish(&status, tag); });
    if (ended.code == grpc::StatusCode::UNKNOWN) ended.code = status.error_code();
    ended.said += status.error_message();
    queue.Shutdown();
    return ended;
  }
  static std::string text_of(const grpc::ByteBuffer& buffer) {
    std::vector<grpc::Slice> slices;
    buffer.Dump(&slices);
    std::string text;
    for (const auto& slice : slices)
      text.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    return text;
  }
  static grpc::StatusCode code_of(v1::Refusal::Reason reason) {
    if (reason == v1::Refusal::UNAUTHENTICATED) return grpc::StatusCode::UNAUTHENTICATED;
    if (reason == v1::Refusal::PERMISSION_DENIED) return grpc::StatusCode::PERMISSION_DENIED;
    return grpc::StatusCode::FAILED_PRECONDITION;
  }

  std::unique_ptr<auth::Watch> watch;
  std::unique_ptr<ingest::Ingest> ingest;
  std::unique_ptr<IngestService> streams;
  std::unique_ptr<RunsService> runs;
  std::unique_ptr<AdminService> admin;
  std::optional<artifacts::Uploads> uploads;
  std::optional<artifacts::Downloads> downloads;
  std::unique_ptr<ArtifactsService> artifacts;
  std::unique_ptr<Server> server;
  std::shared_ptr<grpc::Channel> channel;
};

}  // namespace tracker::rpc
