#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "auth/access.hpp"
#include "auth/guard.hpp"
#include "core/clock.hpp"
#include "storage/database.hpp"

// The one place where it is found out who asks, and whether they may: both edges come here once a
// request. Rules: docs/access.md.
namespace tracker::auth {

// Whom a server lets in without a key.
enum class Anonymous {
  kNever,
  kUntilFirstUser,  // a server on loopback, as long as nobody has an account
  kAlways,          // --allow-anonymous
};

// "Bearer KEY" → KEY; empty for anything else.
std::string_view bearer(std::string_view header) noexcept;

inline constexpr std::int64_t kSessionIdleUs = std::int64_t{7} * 24 * 3'600 * 1'000'000;
inline constexpr std::int64_t kSessionAgeUs = std::int64_t{30} * 24 * 3'600 * 1'000'000;

// The token that requests of the session must carry; tells nothing of its secret.
std::string csrf_of(std::string_view session_secret);

// Any thread. Blocks on the database, unless everybody is let in.
class Gate {
 public:
  // References must outlive it.
  Gate(storage::Database& database, const core::Clock& clock, Anonymous anonymous);

  // Who it is. A key or session that is not good is nobody, and so is no claim where that does not
  // do. Throws Error(kUnavailable) when the database is away.
  Principal identify(const Claim& claim, const Origin& from);

  // identify(), and what the table says. Throws Error: kUnauthenticated for nobody, with what to
  // do; kPermissionDenied for who is no server admin where one is needed.
  Guard open(const Claim& claim, Needs needs, Origin from);

  // Is everybody who comes without a key let in now?
  bool is_open();
  // Somebody has an account now: what is_open() remembers is out of date.
  void note_account();

  Anonymous anonymous() const noexcept { return anonymous_; }
  storage::Database& database() noexcept { return database_; }
  const core::Clock& clock() const noexcept { return clock_; }

 private:
  Principal by_key(std::string_view key, const Origin& from);
  Principal by_session(const std::string& secret, const Origin& from);

  storage::Database& database_;
  const core::Clock& clock_;
  const Anonymous anonymous_;
  std::mutex mutex_;            // guards what follows
  bool has_accounts_ = false;   // once true it stays so
  std::int64_t looked_us_ = 0;  // when it was last found false
};

}  // namespace tracker::auth
