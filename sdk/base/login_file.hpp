#pragma once

#include <filesystem>
#include <string>

// The file of `tracker login`: the server that is meant when nobody names one, and the API keys of
// this user, one a server (docs/cli.md). JSON, mode 0600, replaced as a whole. Any thread.
namespace tracker::base {

// $XDG_CONFIG_HOME/tracker/config.json, or ~/.config/tracker/config.json; empty for a user without
// a home.
std::filesystem::path login_file();

// These throw Error(kInvalidArgument) if the file is not JSON. Empty: nothing is stored.
std::string stored_server();
std::string stored_key(const std::string& url);

// Makes the server the default; `key` becomes the one for it, an empty one removes what was there.
// Other members of the file stay. Throws Error: kFailedPrecondition without a home,
// kInvalidArgument if the file is not JSON, kUnavailable or kResourceExhausted if it cannot be
// written.
void store_login(const std::string& url, const std::string& key);

}  // namespace tracker::base
