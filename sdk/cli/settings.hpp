#pragma once

#include <filesystem>
#include <optional>
#include <string>

// Where the command line looks: the server's address, the file that `tracker login` writes.
namespace tracker::cli {

// $XDG_CONFIG_HOME/tracker/config.json, or ~/.config/tracker/config.json. Throws Error without a
// home directory.
std::filesystem::path login_file();

// What the user asked for now: `flag` (from --server), else $TRACKER_URL. Throws as server_url
// does.
std::optional<std::string> asked_server(const std::string& flag);

// The address to speak to: `flag` (from --server), else $TRACKER_URL, else what `tracker login`
// stored, else http://127.0.0.1:8080. In normal form. Throws Error(kInvalidArgument) that says
// where a bad address came from.
std::string server_url(const std::string& flag);

// Keeps the address for later commands of this user; other members of the file stay. The file has
// mode 0600 and is replaced as a whole. Throws Error.
void store_login(const std::string& url);

}  // namespace tracker::cli
