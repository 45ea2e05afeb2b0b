#include "auth/sessions.hpp"

#include <utility>

#include <tracker/error.hpp>

#include "auth/audit.hpp"
#include "auth/names.hpp"
#include "auth/password.hpp"
#include "auth/throttle.hpp"
#include "auth/token.hpp"
#include "core/time.hpp"
#include "storage/access.hpp"
#include "storage/accounts.hpp"

namespace tracker::auth {
namespace {

constexpr std::int64_t kLinkUs = 24 * 60 * core::kMinuteUs;

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

}  // namespace

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

}  // namespace tracker::auth
