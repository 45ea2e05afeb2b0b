#pragma once

#include <optional>
#include <string>

// The server the command line speaks to: what a run would use (<tracker/server.hpp>), unless
// --server says otherwise.
namespace tracker::cli {

// What the user asked for now: `flag` (from --server), else $TRACKER_URL. Throws as server_url
// does.
std::optional<std::string> asked_server(const std::string& flag);

// The address to speak to: `flag` (from --server), else $TRACKER_URL, else what `tracker login`
// stored, else http://127.0.0.1:8080. In normal form. Throws Error(kInvalidArgument) that says
// where a bad address came from.
std::string server_url(const std::string& flag);

}  // namespace tracker::cli
