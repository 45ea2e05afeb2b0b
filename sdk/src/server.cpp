#include <cstdlib>

#include <tracker/server.hpp>

#include "base/login_file.hpp"

namespace tracker {
namespace {

constexpr const char* kDefaultServer = "http://127.0.0.1:8080";

}  // namespace

std::filesystem::path login_file() { return base::login_file(); }

ServerAddress default_server() {
  const char* set = std::getenv("TRACKER_URL");
  if (set != nullptr && *set != '\0') return {set, ServerOrigin::kEnvironment};
  if (auto stored = base::stored_server(); !stored.empty())
    return {std::move(stored), ServerOrigin::kLogin};
  return {kDefaultServer, ServerOrigin::kDefault};
}

void store_login(const std::string& url, const std::string& key) { base::store_login(url, key); }

}  // namespace tracker
