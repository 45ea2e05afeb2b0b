#include "base/login_file.hpp"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include <tracker/error.hpp>

#include "base/atomic_file.hpp"
#include "base/home.hpp"

namespace tracker::base {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

Json read(const fs::path& file) {
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

std::string text_of(const Json& json, const std::string& name) {
  const auto found = json.is_object() ? json.find(name) : json.end();
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

fs::path login_file() {
  fs::path config = environment("XDG_CONFIG_HOME");
  if (const fs::path home = home_directory(); config.empty() && !home.empty())
    config = home / ".config";
  return config.empty() ? config : config / "tracker" / "config.json";
}

std::string stored_server() { return text_of(read(login_file()), "server"); }

std::string stored_key(const std::string& url) {
  const Json login = read(login_file());
  const auto keys = login.find("keys");
  return keys == login.end() ? std::string() : text_of(*keys, url);
}

void store_login(const std::string& url, const std::string& key) {
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
  Json login = read(file);
  login["server"] = url;
  auto& keys = login["keys"];
  if (!keys.is_object()) keys = Json::object();
  if (key.empty())
    keys.erase(url);
  else
    keys[url] = key;
  if (keys.empty()) login.erase("keys");
  write_file_atomically(file, login.dump(2) + "\n", 0600);
}

}  // namespace tracker::base
