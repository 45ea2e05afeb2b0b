#include "auth/gate.hpp"

#include <utility>

#include <tracker/error.hpp>

#include "artifact/sha256.hpp"
#include "auth/token.hpp"
#include "core/time.hpp"
#include "storage/access.hpp"

namespace tracker::auth {
namespace {

// Of the answer that nobody has an account. Whoever makes the first user on another server may be
// let in without a key here for so long.
constexpr std::int64_t kLookEveryUs = core::kSecondUs;

constexpr const char* kNoKey =
    "this server asks who you are: run `tracker login`, set $TRACKER_API_KEY, or log in in the "
    "browser";
constexpr const char* kBadKey =
    "the key is not known here, has expired or was revoked: make one with `tracker keys create` or "
    "ask an admin, then run `tracker login`";

Principal user(const storage::Credential& credential) {
  Principal who;
  who.kind = Principal::Kind::kUser;
  who.user = credential.user;
  who.name = credential.name;
  who.server_admin = credential.server_admin;
  who.most = credential.most;
  who.only = credential.project;
  who.expires_us = credential.expires_us;
  return who;
}

}  // namespace

std::string_view bearer(std::string_view header) noexcept {
  constexpr std::string_view kScheme = "bearer ";
  if (header.size() <= kScheme.size()) return {};
  for (std::size_t i = 0; i < kScheme.size(); ++i) {
    const char c = header[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != kScheme[i]) return {};
  }
  return header.substr(kScheme.size());
}

std::string csrf_of(std::string_view session_secret) {
  return artifact::sha256("csrf:" + std::string(session_secret)).hex();
}

Gate::Gate(storage::Database& database, const core::Clock& clock, Anonymous anonymous)
    : database_(database), clock_(clock), anonymous_(anonymous) {}

bool Gate::is_open() {
  if (anonymous_ != Anonymous::kUntilFirstUser) return anonymous_ == Anonymous::kAlways;
  const auto now = clock_.steady_us();
  {
    const std::lock_guard lock(mutex_);
    if (has_accounts_) return false;
    if (looked_us_ != 0 && now - looked_us_ < kLookEveryUs) return true;
  }
  const bool found = storage::has_accounts(database_);
  const std::lock_guard lock(mutex_);
  has_accounts_ = has_accounts_ || found;
  looked_us_ = now;
  return !has_accounts_;
}

void Gate::note_account() {
  const std::lock_guard lock(mutex_);
  has_accounts_ = true;
}

Principal Gate::by_key(std::string_view key, const Origin& from) {
  const auto id = key_id(key);
  if (!id) return {};
  const auto now = clock_.now_us();
  const auto found = storage::find_key(database_, *id, now);
  if (!found || !equal_in_constant_time(found->hash, sha256(key))) return {};
  storage::note_use_of_key(database_, *id, *found, {now, from.address});
  auto who = user(*found);
  who.key = *id;
  return who;
}

Principal Gate::by_session(const std::string& secret, const Origin& from) {
  const auto found = storage::find_session(database_, sha256(secret),
                                           {clock_.now_us(), from.address}, kSessionIdleUs);
  if (!found) return {};
  auto who = user(*found);
  who.csrf = csrf_of(secret);
  return who;
}

Principal Gate::identify(const Claim& claim, const Origin& from) {
  Principal who;
  if (!claim.key.empty())
    who = by_key(claim.key, from);
  else if (!claim.session.empty())
    who = by_session(claim.session, from);
  // A key that is not good is an error of its owner's even where nobody is asked for one.
  if (who.kind == Principal::Kind::kNobody && claim.key.empty() && is_open())
    who.kind = Principal::Kind::kAnyone;
  return who;
}

Guard Gate::open(const Claim& claim, Needs needs, Origin from) {
  auto who = identify(claim, from);
  if (needs.access != Access::kPublic && who.kind == Principal::Kind::kNobody)
    throw Error(ErrorCode::kUnauthenticated, claim.key.empty() ? kNoKey : kBadKey);
  if (needs.access == Access::kServerAdmin && !who.is_server_admin())
    throw Error(ErrorCode::kPermissionDenied,
                who.server_admin ? "a key that is narrowed to a project or a role cannot do this"
                                 : "only server admins may do this");
  return Guard(database_, claim, std::move(who), needs, std::move(from));
}

}  // namespace tracker::auth
