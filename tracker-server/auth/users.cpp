#include "auth/users.hpp"

#include <utility>

#include <tracker/error.hpp>

#include "auth/audit.hpp"
#include "auth/names.hpp"
#include "auth/password.hpp"

namespace tracker::auth {
namespace {

// What a user gets, made before the database is asked: what will not do changes nothing.
struct Fresh {
  std::string hash;
  std::optional<storage::AccountKey> key;
  MadeUser made;
};
Fresh prepare(Gate& gate, const Guard& guard, const UserWish& wish, const char* key_name) {
  Fresh out;
  if (wish.password.empty()) out.made.password = make_password();
  out.hash = hash_password(wish.password.empty() ? out.made.password : wish.password);
  if (!wish.with_key) return out;
  auto key = prepare_key(gate, guard, wish.name, {.name = key_name});
  out.key = std::move(key.row);
  out.made.key = std::move(key.issued);
  return out;
}

}  // namespace

storage::Account user_named(Gate& gate, const std::string& name) {
  check_name("user", name);
  auto account = storage::find_account(gate.database(), name);
  if (!account) throw storage::no_such_user(name);
  return *std::move(account);
}

MadeUser make_user(Gate& gate, const Guard& guard, const UserWish& wish) {
  check_name("user", wish.name);
  Fresh fresh = prepare(gate, guard, wish, "first key");
  const auto entry = entry_of(guard, gate.clock(), "user.create", wish.name,
                              wish.server_admin ? "server admin" : "");
  storage::NewAccount account{wish.name, fresh.hash, wish.server_admin};
  // Who may do everything because there is nobody yet makes the first one, and no second.
  account.only_as_first = guard.who().kind == Principal::Kind::kAnyone &&
                          gate.anonymous() == Anonymous::kUntilFirstUser;
  account.key = fresh.key;
  storage::make_account(gate.database(), account, entry);
  gate.note_account();
  say(entry);
  if (fresh.key) say(fresh.key->entry);
  return std::move(fresh.made);
}

MadeUser rescue_user(Gate& gate, const UserWish& wish) {
  Principal anyone;
  anyone.kind = Principal::Kind::kAnyone;
  const Guard guard(gate.database(), {}, anyone, Access::kServerAdmin, {"local", ""});
  check_name("user", wish.name);
  if (!storage::find_account(gate.database(), wish.name)) return make_user(gate, guard, wish);
  Fresh fresh = prepare(gate, guard, wish, "rescue");
  const auto entry = entry_of(guard, gate.clock(), "user.rescue", wish.name,
                              wish.server_admin ? "new password, server admin" : "new password");
  storage::rescue_account(gate.database(), {wish.name, fresh.hash, wish.server_admin, fresh.key},
                          entry);
  say(entry);
  if (fresh.key) say(fresh.key->entry);
  return std::move(fresh.made);
}

storage::Account change_user(Gate& gate, const Guard& guard, const std::string& name,
                             const storage::AccountChange& change) {
  check_name("user", name);
  std::string detail;
  if (change.server_admin) detail = *change.server_admin ? "server admin" : "no server admin";
  if (change.disabled) {
    detail.append(detail.empty() ? "" : ", ");
    detail.append(*change.disabled ? "disabled" : "enabled");
  }
  const auto entry = entry_of(guard, gate.clock(), "user.change", name, detail);
  storage::change_account(gate.database(), name, change, entry);
  say(entry);
  return user_named(gate, name);
}

std::string reset_password(Gate& gate, const Guard& guard, const std::string& name) {
  const auto account = user_named(gate, name);
  const auto password = make_password();
  const auto entry = entry_of(guard, gate.clock(), "user.password", name, "reset");
  storage::set_password(gate.database(), account.id, hash_password(password), {}, entry);
  say(entry);
  return password;
}

}  // namespace tracker::auth
