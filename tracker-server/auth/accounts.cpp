#include "auth/accounts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include <tracker/error.hpp>

#include "auth/audit.hpp"
#include "auth/password.hpp"
#include "auth/throttle.hpp"
#include "auth/token.hpp"
#include "base/utf8.hpp"
#include "core/time.hpp"
#include "storage/access.hpp"

namespace tracker::auth {
namespace {

constexpr std::int64_t kLinkUs = 24 * 60 * core::kMinuteUs;
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestKeyName = 100;
constexpr std::int64_t kLongestLifetime = std::int64_t{10} * 366 * 24 * 3'600;
constexpr int kKeyAttempts = 5;

std::string start_session(Gate& gate, core::UserId user, storage::AuditEntry entry) {
  const std::string secret = make_secret();
  storage::NewSession session;
  session.hash = sha256(secret);
  session.user = user;
  session.now_us = gate.clock().now_us();
  session.expires_us = session.now_us + kSessionAgeUs;
  session.address = entry.address;
  storage::make_session(gate.database(), session, entry);
  say(entry);
  return secret;
}

void check_key(const KeyWish& wish) {
  if (wish.name.empty() || wish.name.size() > kLongestKeyName || !base::is_text(wish.name))
    throw Error(ErrorCode::kInvalidArgument, "a key's name has 1 to 100 bytes: say what it is for");
  if (wish.lifetime_s && (*wish.lifetime_s < 1 || *wish.lifetime_s > kLongestLifetime))
    throw Error(ErrorCode::kInvalidArgument, "a key lives 1 second to 10 years");
}

// A narrowed key makes none, and one that ends makes none that outlives it: who got hold of it for
// an hour would else have one for ever. A session is its user, who has a password.
void check_maker(const Principal& maker, const KeyWish& wish, std::int64_t now_us) {
  if (maker.narrowed())
    throw Error(ErrorCode::kPermissionDenied,
                "a key that is narrowed to a project or a role makes no keys");
  if (maker.key.empty() || maker.expires_us == std::numeric_limits<std::int64_t>::max()) return;
  const std::int64_t left_s = (maker.expires_us - now_us) / core::kSecondUs;
  if (wish.lifetime_s && *wish.lifetime_s <= left_s) return;
  throw Error(ErrorCode::kPermissionDenied,
              fmt::format("a key that ends makes no key that outlives it: ask for a lifetime of at "
                          "most {} seconds, or log in",
                          left_s));
}

bool is_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto allowed = [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; };
  return !name.empty() && name.size() <= kLongestName && plain(name.front()) &&
         std::all_of(name.begin(), name.end(), allowed);
}

// A text that can be nobody's name is not looked for.
std::optional<storage::Account> account_of(Gate& gate, const std::string& name) {
  return is_name(name) ? storage::find_account(gate.database(), name) : std::nullopt;
}

bool may_log_in(const std::optional<storage::Account>& account, std::string_view password) {
  const bool known = account && !account->disabled && !account->password.empty();
  return password_fits(known ? account->password : std::string(), password) && known;
}

// Only what failed stays counted. Throws Error(kResourceExhausted) for too many,
// Error(kUnavailable) when others are looked at.
bool try_to_log_in(Gate& gate, const std::optional<storage::Account>& account,
                   std::string_view password, const LoginAttempt& attempt) {
  count_attempt(gate.database(), gate.clock(), attempt);
  try {
    if (!may_log_in(account, password)) return false;
  } catch (const Error&) {
    forgive_attempt(gate.database(), attempt);
    throw;
  }
  forgive_attempt(gate.database(), attempt);
  return true;
}

// A key that is not stored yet; its owner is left out.
struct PreparedKey {
  storage::AccountKey row;
  IssuedKey issued;
};
PreparedKey prepare_key(Gate& gate, const Guard& guard, const std::string& user,
                        const KeyWish& wish) {
  check_key(wish);
  check_maker(guard.who(), wish, gate.clock().now_us());
  const NewKey made = make_key();
  auto entry =
      entry_of(guard, gate.clock(), "key.create", user,
               fmt::format("{} `{}` at most {}{}", made.id, wish.name, core::to_text(wish.role),
                           wish.project ? " in one project" : ""));
  storage::NewApiKey key;
  key.id = made.id;
  key.hash = sha256(made.text);
  key.name = wish.name;
  key.role = wish.role;
  key.project = wish.project;
  if (wish.lifetime_s) key.expires_us = entry.at_us + *wish.lifetime_s * core::kSecondUs;
  return {{std::move(key), std::move(entry)}, {made.id, made.text}};
}

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

void check_name(std::string_view what, std::string_view name) {
  if (is_name(name)) return;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("the name of a {} has 1 to 64 of a-z, 0-9, `.`, `_` and `-`, and begins "
                          "with a letter or digit",
                          what));
}

std::string log_in(Gate& gate, const Login& login, const Origin& from) {
  const auto account = account_of(gate, login.user);
  auto entry = entry_of(from, gate.clock(), "login", account ? account->name : "");
  if (try_to_log_in(gate, account, login.password, {login.user, from.address})) {
    entry.actor = account->name;
    return start_session(gate, account->id, std::move(entry));
  }
  entry.action = "login.failed";
  storage::record(gate.database(), entry);
  say(entry);
  throw Error(ErrorCode::kUnauthenticated, "the name or the password is wrong");
}

void log_out(Gate& gate, const Guard& guard) {
  if (guard.who().csrf.empty()) return;
  const auto entry = entry_of(guard, gate.clock(), "logout", guard.who().name);
  storage::end_session(gate.database(), sha256(guard.claim().session), entry);
  say(entry);
}

void change_password(Gate& gate, const Guard& guard, const PasswordChange& change) {
  const auto& who = guard.who();
  if (who.kind != Principal::Kind::kUser || who.narrowed())
    throw Error(ErrorCode::kPermissionDenied, "this takes a login, or a key that is not narrowed");
  if (!try_to_log_in(gate, storage::find_account(gate.database(), who.name), change.old_password,
                     {who.name, guard.from().address}))
    throw Error(ErrorCode::kPermissionDenied, "the old password is wrong");
  const auto entry = entry_of(guard, gate.clock(), "user.password", who.name);
  const auto& session = guard.claim().session;
  storage::set_password(gate.database(), who.user, hash_password(change.new_password),
                        session.empty() ? std::string() : sha256(session), entry);
  say(entry);
}

std::optional<std::string> make_first_start(Gate& gate) {
  if (storage::has_accounts(gate.database())) return std::nullopt;
  std::string token = make_secret();
  storage::add_first_start(gate.database(), sha256(token), gate.clock().now_us() + kLinkUs);
  return token;
}

std::string use_first_start(Gate& gate, std::string_view token, const Login& login,
                            const Origin& from) {
  check_name("user", login.user);
  auto entry = entry_of(from, gate.clock(), "user.create", login.user);
  entry.actor = login.user;
  entry.detail = "the first admin, by the one-time link";
  // A wrong token costs no password computation.
  storage::check_first_start(gate.database(), sha256(token), gate.clock().now_us());
  storage::NewAccount account{login.user, hash_password(login.password), true, true, sha256(token)};
  const auto user = storage::make_account(gate.database(), account, entry);
  gate.note_account();
  say(entry);
  entry.action = "login";
  entry.detail.clear();
  return start_session(gate, user, std::move(entry));
}

IssuedKey issue_key(Gate& gate, const Guard& guard, const storage::Account& user,
                    const KeyWish& wish) {
  for (int attempt = 0; attempt < kKeyAttempts; ++attempt) {
    auto made = prepare_key(gate, guard, user.name, wish);
    made.row.key.user = user.id;
    if (!storage::add_api_key(gate.database(), made.row.key, made.row.entry)) continue;
    say(made.row.entry);
    return made.issued;
  }
  throw Error(ErrorCode::kUnavailable, "no free id was found for the key: try again");
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

}  // namespace tracker::auth
