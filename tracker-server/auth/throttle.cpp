#include "auth/throttle.hpp"

#include <arpa/inet.h>

#include <array>
#include <string>

#include <tracker/error.hpp>

#include "auth/token.hpp"
#include "core/time.hpp"

namespace tracker::auth {
namespace {

constexpr double kMostOfAccount = 10, kMostOfAddress = 50;
constexpr double kAccountLeakUs = 60.0 * core::kSecondUs, kAddressLeakUs = 10.0 * core::kSecondUs;
constexpr std::int32_t kBuckets = 65'536;

std::int32_t hashed(std::string_view text) {
  const auto hash = sha256(text);
  return static_cast<unsigned char>(hash[0]) * 256 + static_cast<unsigned char>(hash[1]);
}

}  // namespace

std::string network_of(std::string_view address) {
  std::array<unsigned char, 16> bytes{};
  const std::string text(address.substr(0, address.find('%')));
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
  // An IPv4 address in IPv6 clothes is that address.
  if (IN6_IS_ADDR_V4MAPPED(reinterpret_cast<const in6_addr*>(bytes.data())))
    return text.substr(text.rfind(':') + 1);
  return "v6:" + std::string(bytes.begin(), bytes.begin() + 8);
}

storage::FailureBucket account_bucket(std::string_view account) {
  return {hashed("account:" + std::string(account)), kAccountLeakUs, kMostOfAccount};
}

storage::FailureBucket address_bucket(std::string_view address) {
  return {kBuckets + hashed("address:" + network_of(address)), kAddressLeakUs, kMostOfAddress};
}

void count_attempt(storage::Database& database, const core::Clock& clock, const LoginAttempt& of) {
  const auto now = clock.now_us();
  const auto account = account_bucket(of.account);
  if (storage::add_failure(database, account, now)) {
    if (storage::add_failure(database, address_bucket(of.address), now)) return;
    storage::take_failure_back(database, account);
  }
  throw Error(ErrorCode::kResourceExhausted,
              "too many failed logins: wait a minute; keys and open sessions go on");
}

void forgive_attempt(storage::Database& database, const LoginAttempt& of) {
  storage::take_failure_back(database, account_bucket(of.account));
  storage::take_failure_back(database, address_bucket(of.address));
}

}  // namespace tracker::auth
