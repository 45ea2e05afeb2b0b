#include "cli/settings.hpp"

#include <tracker/error.hpp>
#include <tracker/server.hpp>

#include "relay/discovery.hpp"

namespace tracker::cli {
namespace {

std::string checked(const std::string& url, const std::string& origin) {
  try {
    return relay::normalize_url(url);
  } catch (const Error& error) {
    throw Error(error.code(), origin + ": " + error.what());
  }
}

}  // namespace

std::optional<std::string> asked_server(const std::string& flag) {
  if (!flag.empty()) return checked(flag, "--server");
  const ServerAddress address = default_server();
  if (address.origin != ServerOrigin::kEnvironment) return std::nullopt;
  return checked(address.url, "$TRACKER_URL");
}

std::string server_url(const std::string& flag) {
  if (const auto asked = asked_server(flag)) return *asked;
  return checked(default_server().url, login_file().string());
}

}  // namespace tracker::cli
