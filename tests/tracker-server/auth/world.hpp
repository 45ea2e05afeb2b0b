#pragma once

#include <map>
#include <string>

#include "../artifacts/artifacts_fixture.hpp"
#include "../storage/store_fixture.hpp"
#include "auth/gate.hpp"
#include "auth/keys.hpp"
#include "auth/password.hpp"
#include "auth/token.hpp"
#include "core/clock.hpp"
#include "storage/access.hpp"
#include "storage/accounts.hpp"
#include "storage/members.hpp"
#include "storage/runs.hpp"
#include "storage/saved_items.hpp"

// A server with users in every role, two projects, and keys of every kind, good and not.
namespace tracker::auth {

class World : public storage::StoreTest {
 protected:
  static constexpr const char* kMine = "mine-secret";
  static constexpr const char* kTheirs = "theirs";

  void SetUp() override {
    StoreTest::SetUp();
    gate = std::make_unique<Gate>(*database, clock, Anonymous::kNever);
    mine = project(kMine);
    theirs = project(kTheirs);
    for (const std::string name : {"root", "anna", "wim", "vic", "eve", "tom", "gone"}) user(name);
    share(mine, "anna", core::Role::kAdmin);
    share(mine, "wim", core::Role::kWriter);
    share(mine, "vic", core::Role::kViewer);
    share(mine, "gone", core::Role::kAdmin);
    share(theirs, "anna", core::Role::kAdmin);
    share(theirs, "eve", core::Role::kAdmin);
    bring_back();
    for (const std::string name : {"root", "anna", "wim", "vic", "eve", "tom", "gone"})
      keys[name] = key(name, {.name = "plain"});
    keys["anna only theirs"] = key("anna", {.name = "k", .project = theirs});
    keys["anna as viewer"] = key("anna", {.name = "k", .role = core::Role::kViewer});
    keys["root only theirs"] = key("root", {.name = "k", .project = theirs});
    keys["root as viewer"] = key("root", {.name = "k", .role = core::Role::kViewer});
    keys["vic as viewer"] = key("vic", {.name = "k", .role = core::Role::kViewer});
    keys["expired"] = key("anna", {.name = "k", .lifetime_s = 1});
    keys["revoked"] = key("anna", {.name = "k"});
    storage::revoke_api_key(*database, *key_id(keys["revoked"]), std::nullopt, entry());
    storage::change_account(*database, "gone", {.server_admin = {}, .disabled = true}, entry());
    clock.advance(2'000'000);
    keys["never issued"] = make_key().text;
    // The id of a key that is good, with another secret.
    keys["forged"] = keys["anna"].substr(0, 13) + make_key().text.substr(13);
    keys["malformed"] = "trk_nonsense";
  }

  // All that is not good, whatever is asked.
  static constexpr const char* kNoGood[] = {"expired", "revoked",   "gone",
                                            "forged",  "malformed", "never issued"};

  // Version v0 of an artifact of its own, with the file a/weights.bin, and an upload that is open.
  struct Artifact {
    std::string name, version, upload;
    std::string chunk;  // its digest, 32 bytes
  };
  Artifact make_artifact(const char* in) {
    const auto name = "net-" + std::to_string(++artifacts_made);
    artifacts::Uploads uploads(*database, clock, nullptr);
    artifacts::TestClient client{uploads, in, "model", name};
    const std::string content = "weights of " + name;
    const auto made = client.put({{"a/weights.bin", content}});
    storage::set_alias(*database, {std::nullopt, in, name, "v0"}, "best");
    return {name, made.version.id.text(), client.begin().text(),
            std::string(artifact::sha256(content).raw())};
  }

  // One of revision 1; its id.
  std::string make_saved(core::ProjectId in, storage::SavedKind kind) {
    const storage::SavedItemRef ref{in, kind, storage::SavedItemId::random()};
    storage::add_saved_item(*database, ref, {"saved", "{}"}, entry());
    return ref.id.text();
  }

  storage::AuditEntry entry() const {
    return {clock.now_us(), "test", "", "127.0.0.1", "t", "test", "test", ""};
  }
  // One that has said its name.
  core::RunId run_of(const char* project_name) {
    const auto run = storage::make_writer(*database, core::RunId::random(), project_name).run;
    database->pg()->run("UPDATE run SET named = true WHERE id = $1",
                        storage::PgParams().uuid(run.uuid().bytes));
    return run;
  }
  core::ProjectId project(const char* name) {
    run_of(name);
    return *storage::find_any_project(*database, name);
  }
  // Who logs in has this password.
  static constexpr const char* kPassword = "patience";
  void user(const std::string& name) {
    static const std::string hash = hash_password(kPassword);
    const bool logs_in = name == "anna" || name == "eve";
    storage::make_account(*database, {name, logs_in ? hash : "", name == "root"}, entry());
  }
  // Absent or not, they are there after it, with the roles that they have in the world.
  void bring_back() {
    const auto try_to = [](auto change) {
      try {
        change();
      } catch (const Error&) {
        return;
      }
    };
    try_to([&] { storage::make_team(*database, "readers", entry()); });
    storage::join_team(*database, "readers", "tom", entry());
    storage::share_project(*database, mine,
                           {storage::MemberKind::kTeam, "readers", core::Role::kViewer}, entry());
    share(mine, "vic", core::Role::kViewer);
    try_to([&] { storage::make_team(*database, "others", entry()); });
    storage::join_team(*database, "others", "eve", entry());
    storage::share_project(*database, theirs,
                           {storage::MemberKind::kTeam, "others", core::Role::kWriter}, entry());
  }
  void share(core::ProjectId id, const std::string& name, core::Role role) {
    storage::share_project(*database, id, {storage::MemberKind::kUser, name, role}, entry());
  }
  Guard as_root() {
    Principal who;
    who.kind = Principal::Kind::kUser;
    who.name = "root";
    who.server_admin = true;
    return Guard(*database, {}, who, Access::kServerAdmin, {"127.0.0.1", "t"});
  }
  std::string key(const std::string& name, const KeyWish& wish) {
    return issue_key(*gate, as_root(), *storage::find_account(*database, name), wish).text;
  }
  std::string session(const std::string& name) {
    storage::NewSession made;
    const auto secret = make_secret();
    made.hash = sha256(secret);
    made.user = storage::find_account(*database, name)->id;
    made.now_us = clock.now_us();
    made.expires_us = made.now_us + kSessionAgeUs;
    storage::make_session(*database, made, entry());
    return secret;
  }

  // Of everything that a request could change; what is noted of its use is left out.
  std::string fingerprint() {
    std::string all;
    for (const char* rows :
         {"SELECT string_agg(p::text, ',' ORDER BY id) FROM project p",
          "SELECT string_agg(concat(id, state, deleted_us, name, notes), ',' ORDER BY id) FROM run",
          "SELECT string_agg(m::text, ',' ORDER BY m::text) FROM project_member m",
          "SELECT string_agg(a::text, ',' ORDER BY id) FROM account a",
          "SELECT string_agg(t::text, ',' ORDER BY id) FROM team t",
          "SELECT string_agg(m::text, ',' ORDER BY m::text) FROM team_member m",
          "SELECT string_agg(concat(id, role, revoked_us), ',' ORDER BY id) FROM api_key",
          "SELECT count(*)::text FROM browser_session",
          "SELECT string_agg(concat(uuid, committed, expires_us), ',' ORDER BY id) FROM "
          "artifact_upload",
          "SELECT string_agg(concat(uuid, deleted_us, tags, description), ',' ORDER BY id) FROM "
          "artifact_version",
          "SELECT string_agg(a::text, ',' ORDER BY a::text) FROM artifact_alias a",
          "SELECT string_agg(u::text, ',' ORDER BY u::text) FROM artifact_use u",
          "SELECT string_agg(concat(id, description, deleted_us), ',' ORDER BY id) FROM "
          "artifact_collection",
          "SELECT string_agg(s::text, ',' ORDER BY id) FROM saved_item s",
          "SELECT count(*)::text FROM writer_stream"}) {
      const auto found = database->pg()->run(rows);
      all.append(found.is_null(0, 0) ? "" : found.bytes(0, 0)).append("\n");
    }
    return all;
  }

  core::ManualClock clock{storage::kNow};
  std::unique_ptr<Gate> gate;
  core::ProjectId mine, theirs;
  std::map<std::string, std::string> keys;
  int artifacts_made = 0;
};

}  // namespace tracker::auth
