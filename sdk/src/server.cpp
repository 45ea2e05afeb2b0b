#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include <tracker/error.hpp>
#include <tracker/server.hpp>

#include "base/atomic_file.hpp"

namespace tracker {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kDefaultServer = "http://127.0.0.1:8080";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

fs::path home() {
  if (const std::string set = environment("HOME"); !set.empty()) return set;
  const passwd* user = ::getpwuid(::getuid());
  return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "";
}

Json read_login(const fs::path& file) {
  std::ifstream in(file);
  if (file.empty() || !in) return Json::object();
  std::ostringstream text;
  text << in.rdbuf();
  Json json = Json::parse(text.str(), nullptr, false);
  if (!json.is_object()) {
    throw Error(
        ErrorCode::kInvalidArgument,
        file.string() + " is not JSON: delete it and run `tracker login --server URL` again");
  }
  return json;
}

}  // namespace

fs::path login_file() {
  fs::path config = environment("XDG_CONFIG_HOME");
  if (config.empty() && !home().empty()) config = home() / ".config";
  return config.empty() ? config : config / "tracker" / "config.json";
}

ServerAddress default_server() {
  if (std::string set = environment("TRACKER_URL"); !set.empty())
    return {std::move(set), ServerOrigin::kEnvironment};
  const Json login = read_login(login_file());
  if (const auto url = login.find("server"); url != login.end() && url->is_string())
    return {url->get<std::string>(), ServerOrigin::kLogin};
  return {kDefaultServer, ServerOrigin::kDefault};
}

void store_login(const std::string& url) {
  const fs::path file = login_file();
  if (file.empty())
    throw Error(ErrorCode::kFailedPrecondition, "there is no home directory: set $HOME");
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) {
    throw Error(ErrorCode::kUnavailable, "cannot make " + file.parent_path().string() + ": " +
                                             error.message() +
                                             "; set $XDG_CONFIG_HOME to a folder of yours");
  }
  Json login = read_login(file);
  login["server"] = url;
  base::write_file_atomically(file, login.dump(2) + "\n", 0600);
}

}  // namespace tracker
