#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <set>

#include "auth/watch.hpp"
#include "base/utf8.hpp"
#include "hostile.hpp"
#include "ingest/ingest.hpp"
#include "rpc/admin_service.hpp"
#include "rpc/artifacts_service.hpp"
#include "rpc/ingest_service.hpp"
#include "rpc/methods.hpp"
#include "rpc/runs_service.hpp"
#include "rpc/server.hpp"
#include "storage/deletion.hpp"
#include "support/directories.hpp"
#include "tracker/v1/admin.pb.h"
#include "tracker/v1/artifacts.pb.h"
#include "tracker/v1/ingest.pb.h"
#include "tracker/v1/runs.pb.h"
#include "world.hpp"

// Every method of every service under proto/tracker/v1, called by everybody who may not. A method
// that is in no table, or a field that the test cannot fill, fails here.
namespace tracker::rpc {
namespace {

using auth::Access;
namespace pb = google::protobuf;

// How a call ended: a stream of ingest tells its refusal in a message.
struct Ended {
  grpc::StatusCode code = grpc::StatusCode::UNKNOWN;
  std::string said;
};

std::vector<const pb::MethodDescriptor*> described() {
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

const Method* declared(const pb::MethodDescriptor& method) {
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

TEST(Methods, TheTableHasEveryMethodOfTheProtoFilesAndNoOther) {
  std::set<std::string> table, files;
  for (const auto& one : kMethods) EXPECT_TRUE(table.insert(one.name).second) << one.name;
  for (const auto* method : described()) files.insert(method->full_name());
  EXPECT_EQ(table, files);
}

TEST_F(RpcWalk, WhoIsNotKnownIsRefusedByEveryMethod) {
  const auto about = mine_now();
  const auto before = fingerprint();
  for (const auto* method : described()) {
    const auto* needs = declared(*method);
    if (needs == nullptr || needs->needs.access == Access::kPublic) continue;
    EXPECT_EQ(call(*method, about, "").code, grpc::StatusCode::UNAUTHENTICATED)
        << method->full_name();
    for (const std::string kind : kNoGood) {
      const auto ended = call(*method, about, keys[kind]);
      EXPECT_EQ(ended.code, grpc::StatusCode::UNAUTHENTICATED)
          << method->full_name() << " with a key that is " << kind;
      EXPECT_EQ(ended.said.find(kMine), std::string::npos) << method->full_name() << ended.said;
    }
  }
  EXPECT_EQ(fingerprint(), before);
}

TEST_F(RpcWalk, WhatAKeyMayNotSeeIsNotThere) {
  const auto about = mine_now();
  const auto before = fingerprint();
  for (const auto* method : described()) {
    const auto* needs = declared(*method);
    if (needs == nullptr || !auth::role_of(needs->needs.access)) continue;
    // Names of projects are unique on a server: who logs to one that is taken has to be refused.
    const bool makes = method->name() == "Stream" || method->name() == "BeginUpload";
    const auto expected = makes ? grpc::StatusCode::PERMISSION_DENIED : grpc::StatusCode::NOT_FOUND;
    for (const bool by_id : {false, true}) {
      auto asked = about;
      asked.by_id = by_id;
      for (const std::string who : {"eve", "anna only theirs", "root only theirs"})
        EXPECT_EQ(call(*method, asked, keys[who]).code, expected)
            << method->full_name() << " for " << who;
    }
  }
  EXPECT_EQ(fingerprint(), before);
}

TEST_F(RpcWalk, ARoleThatIsTooLowIsRefusedByEveryMethod) {
  const auto about = mine_now();
  const auto before = fingerprint();
  for (const auto* method : described()) {
    const auto* needs = declared(*method);
    if (needs == nullptr) continue;
    std::vector<std::string> low;
    if (needs->needs.access == Access::kWriter) low = {"vic", "tom", "anna as viewer"};
    if (needs->needs.access == Access::kProjectAdmin) low = {"vic", "wim", "root as viewer"};
    if (needs->needs.access == Access::kServerAdmin) low = {"anna", "root as viewer"};
    for (const auto& who : low)
      EXPECT_EQ(call(*method, about, keys[who]).code, grpc::StatusCode::PERMISSION_DENIED)
          << method->full_name() << " for " << who;
  }
  EXPECT_EQ(fingerprint(), before);
}

TEST_F(RpcWalk, WhatIsListedIsWhatMayBeSeen) {
  for (const auto* method : described()) {
    const auto* needs = declared(*method);
    if (needs == nullptr || needs->needs.access != Access::kSignedIn) continue;
    for (const std::string who : {"eve", "anna only theirs", "root only theirs"}) {
      const auto ended = call(*method, mine_now(), keys[who]);
      EXPECT_EQ(ended.code, grpc::StatusCode::OK) << method->full_name();
      EXPECT_EQ(ended.said.find(kMine), std::string::npos) << method->full_name() << ended.said;
    }
  }
}

TEST_F(RpcWalk, TheRightRoleIsLetIn) {
  for (const auto* method : described()) {
    const auto* needs = declared(*method);
    if (needs == nullptr) continue;
    const auto about = mine_now();
    if (method->name() == "RestoreRun")
      storage::delete_run(*database, core::RunId::from_text(about.run),
                          {clock.now_us(), 1'000'000});
    if (method->name() == "RestoreVersion")
      storage::delete_version(*database, {std::nullopt, kMine, about.artifact.name, "v0"},
                              {clock.now_us(), 1'000'000, true});
    if (method->name() == "DeleteVersion")
      storage::remove_alias(*database, kMine, about.artifact.name, "best");
    if (method->name() == "RestoreProject")
      storage::delete_project(*database, kMine, {clock.now_us(), 1'000'000});
    const std::map<Access, std::string> enough = {
        {Access::kSignedIn, "eve"},      {Access::kViewer, "tom"},       {Access::kWriter, "wim"},
        {Access::kProjectAdmin, "anna"}, {Access::kServerAdmin, "root"}, {Access::kPublic, ""}};
    const auto ended = call(*method, about, keys[enough.at(needs->needs.access)]);
    // What is committed here is no manifest: that it was looked at is enough.
    const auto expected = method->name() == "CommitVersion" ? grpc::StatusCode::INVALID_ARGUMENT
                                                            : grpc::StatusCode::OK;
    EXPECT_EQ(ended.code, expected) << method->full_name() << ": " << ended.said;
    if (method->name() == "DeleteProject") storage::restore_project(*database, kMine);
  }
}

// What ends in the server's log as its own failure would be a way to fill that.
bool is_servers_fault(grpc::StatusCode code) {
  return code == grpc::StatusCode::INTERNAL || code == grpc::StatusCode::DATA_LOSS ||
         code == grpc::StatusCode::DEADLINE_EXCEEDED;
}

TEST_F(RpcWalk, HostileValuesOfAnyFieldAreErrorsOfTheCaller) {
  const auto about = mine_now();
  const auto before = fingerprint();
  for (const auto* method : described()) {
    const auto* type = method->input_type();
    for (int at = 0; at < type->field_count(); ++at) {
      const auto* field = type->field(at);
      if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_STRING) continue;
      for (const auto& value : auth::hostile_values()) {
        if (!base::is_utf8(value)) continue;  // protobuf takes none
        const auto message = message_of(*method, about);
        if (field->is_repeated())
          message->GetReflection()->AddString(message.get(), field, value);
        else
          message->GetReflection()->SetString(message.get(), field, value);
        const auto ended = send(*method, message->SerializeAsString(), keys["vic as viewer"]);
        EXPECT_FALSE(is_servers_fault(ended.code))
            << method->full_name() << " " << field->name() << " " << value.substr(0, 40) << ": "
            << ended.said;
        EXPECT_EQ(ended.said.find("argon2"), std::string::npos);
      }
    }
  }
  EXPECT_EQ(fingerprint(), before);
}

TEST_F(RpcWalk, BytesThatAreNoMessageAndMessagesThatAreTooLargeAreRefused) {
  const auto about = mine_now();
  for (const auto* method : described()) {
    // A stream ends as if its client had gone: nothing was said that could be answered.
    const auto nonsense = send(*method, std::string(64, '\xFF'), keys["anna"]);
    EXPECT_TRUE(method->client_streaming() || nonsense.code != grpc::StatusCode::OK)
        << method->full_name();
    EXPECT_EQ(nonsense.said.find(kMine), std::string::npos) << method->full_name();
    const auto large = send(*method, std::string(9u << 20, '\0'), keys["anna"]);
    EXPECT_NE(large.code, grpc::StatusCode::OK) << method->full_name();
    EXPECT_EQ(call(*method, about, "").code, grpc::StatusCode::UNAUTHENTICATED)
        << method->full_name() << " does not go on";
  }
}

}  // namespace
}  // namespace tracker::rpc
