#pragma once

#include <filesystem>
#include <string>

// The server that is meant when nobody names one: the same for a run and for the command line.
namespace tracker {

enum class ServerOrigin {
  kEnvironment,  // $TRACKER_URL
  kLogin,        // what `tracker login` stored
  kDefault,      // nobody said anything
};

struct ServerAddress {
  std::string url;  // as it was given
  ServerOrigin origin = ServerOrigin::kDefault;
};

// $TRACKER_URL, else what `tracker login` stored, else http://127.0.0.1:8080. Throws
// Error(kInvalidArgument) if the file of `tracker login` is asked and is not JSON.
ServerAddress default_server();

// $XDG_CONFIG_HOME/tracker/config.json, or ~/.config/tracker/config.json; empty for a user without
// a home.
std::filesystem::path login_file();

// Makes it the default of this user, with an API key for it (empty: without one); other members of
// the file stay. The file has mode 0600 and is replaced as a whole. Throws Error:
// kFailedPrecondition without a home, kInvalidArgument if the file is not JSON, kUnavailable or
// kResourceExhausted if it cannot be written.
void store_login(const std::string& url, const std::string& key = {});

}  // namespace tracker
