#include "cli/settings.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include <tracker/error.hpp>

#include "relay/discovery.hpp"

namespace tracker::cli {
namespace {

namespace fs = std::filesystem;
constexpr const char* kDefaultServer = "http://127.0.0.1:8080";

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

fs::path home() {
  if (const auto value = environment("HOME")) return *value;
  if (const passwd* user = getpwuid(getuid()); user != nullptr && user->pw_dir != nullptr)
    return user->pw_dir;
  throw Error(ErrorCode::kFailedPrecondition, "there is no home directory: set $HOME");
}

nlohmann::ordered_json read_login(const fs::path& file) {
  std::ifstream in(file);
  if (!in) return nlohmann::ordered_json::object();
  std::ostringstream text;
  text << in.rdbuf();
  auto json = nlohmann::ordered_json::parse(text.str(), nullptr, false);
  if (!json.is_object()) {
    throw Error(
        ErrorCode::kInvalidArgument,
        file.string() + " is not JSON: delete it and run `tracker login --server URL` again");
  }
  return json;
}

Error cannot_write(const fs::path& file, int error) {
  return Error(ErrorCode::kFailedPrecondition,
               "cannot write " + file.string() + ": " + std::strerror(error));
}

void write_private(const fs::path& file, const std::string& text) {
  const fs::path temporary = file.string() + "." + std::to_string(getpid());
  const int out = open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) throw cannot_write(file, errno);
  const bool written =
      write(out, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(out) == 0;
  int error = errno;
  close(out);
  if (written && rename(temporary.c_str(), file.c_str()) == 0) return;
  if (written) error = errno;
  unlink(temporary.c_str());
  throw cannot_write(file, error);
}

std::string checked(const std::string& url, const std::string& origin) {
  try {
    return relay::normalize_url(url);
  } catch (const Error& error) {
    throw Error(error.code(), origin + ": " + error.what());
  }
}

}  // namespace

fs::path login_file() {
  const auto config = environment("XDG_CONFIG_HOME");
  return (config ? fs::path(*config) : home() / ".config") / "tracker" / "config.json";
}

std::optional<std::string> asked_server(const std::string& flag) {
  if (!flag.empty()) return checked(flag, "--server");
  if (const auto url = environment("TRACKER_URL")) return checked(*url, "$TRACKER_URL");
  return std::nullopt;
}

std::string server_url(const std::string& flag) {
  if (const auto asked = asked_server(flag)) return *asked;
  const fs::path file = login_file();
  const auto login = read_login(file);
  if (const auto url = login.find("server"); url != login.end() && url->is_string()) {
    return checked(url->get<std::string>(), file.string());
  }
  return kDefaultServer;
}

void store_login(const std::string& url) {
  const fs::path file = login_file();
  std::error_code error;
  fs::create_directories(file.parent_path(), error);
  if (error) throw cannot_write(file, error.value());
  auto login = read_login(file);
  login["server"] = url;
  write_private(file, login.dump(2) + "\n");
}

}  // namespace tracker::cli
