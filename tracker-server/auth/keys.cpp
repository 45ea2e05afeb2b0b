#include "auth/keys.hpp"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include <tracker/error.hpp>

#include "auth/audit.hpp"
#include "auth/token.hpp"
#include "auth/users.hpp"
#include "base/utf8.hpp"
#include "core/time.hpp"

namespace tracker::auth {
namespace {

constexpr std::size_t kLongestKeyName = 100;
constexpr std::int64_t kLongestLifetime = std::int64_t{10} * 366 * 24 * 3'600;
constexpr int kKeyAttempts = 5;

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

Error not_yours() {
  return {ErrorCode::kPermissionDenied, "only server admins may do this with the keys of others"};
}

}  // namespace

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

std::vector<storage::ApiKey> list_keys(Gate& gate, Guard& guard, const KeyOwner& of) {
  const auto& who = guard.who();
  const bool own = !of.everybody && (!of.user || *of.user == who.name);
  if (!own && !who.is_server_admin()) throw not_yours();
  std::optional<core::UserId> user;
  if (of.user)
    user = user_named(gate, *of.user).id;
  else if (own && who.kind == Principal::Kind::kUser)
    user = who.user;
  auto keys = storage::list_api_keys(gate.database(), user);
  if (who.narrowed()) std::erase_if(keys, [&](const auto& key) { return key.id != who.key; });
  return keys;
}

void revoke_key(Gate& gate, Guard& guard, const std::string& id) {
  const auto& who = guard.who();
  if (who.narrowed() && id != who.key) throw not_yours();
  if (!base::is_text(id)) throw Error(ErrorCode::kNotFound, "there is no such key");
  const auto of = who.is_server_admin() ? std::nullopt : std::optional<core::UserId>(who.user);
  const auto entry = entry_of(guard, gate.clock(), "key.revoke", id);
  storage::revoke_api_key(gate.database(), id, of, entry);
  say(entry);
}

storage::Account owner_of_new_key(Gate& gate, const Guard& guard,
                                  const std::optional<std::string>& user) {
  const auto& who = guard.who();
  if (user && *user != who.name && !who.is_server_admin()) throw not_yours();
  if (!user && who.kind != Principal::Kind::kUser)
    throw Error(ErrorCode::kInvalidArgument, "say whose key it is to be: name a user");
  return user_named(gate, user.value_or(who.name));
}

}  // namespace tracker::auth
