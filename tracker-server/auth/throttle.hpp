#pragma once

#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "storage/accounts.hpp"

// Failed logins, per account and per address, of all servers of a database (docs/access.md,
// "Throttling"). Any thread.
namespace tracker::auth {

// The network that counts as one address: an IPv6 /64, an IPv4 address.
std::string network_of(std::string_view address);

storage::FailureBucket account_bucket(std::string_view account);
storage::FailureBucket address_bucket(std::string_view address);

struct LoginAttempt {
  std::string_view account, address;
};
// Before a password is looked at: counts the attempt as one that failed, so that those that come at
// once count each other. Throws Error(kResourceExhausted) when there were too many; then it is not
// counted.
void count_attempt(storage::Database& database, const core::Clock& clock, const LoginAttempt& of);
// It did not fail, or was never looked at.
void forgive_attempt(storage::Database& database, const LoginAttempt& of);

}  // namespace tracker::auth
