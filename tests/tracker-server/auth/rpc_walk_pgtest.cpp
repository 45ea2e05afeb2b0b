#include <set>

#include "base/utf8.hpp"
#include "hostile.hpp"
#include "rpc_walk.hpp"
#include "storage/deletion.hpp"

// Every method of every service, called by everybody who may not: docs/access.md.
namespace tracker::rpc {
namespace {

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
