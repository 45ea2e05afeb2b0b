#pragma once

#include <string>
#include <vector>

namespace tracker::storage {

// How PostgreSQL's own programs are told where to connect, without a password in the list of
// processes.
struct ClientEnvironment {
  std::vector<std::string> variables;  // "PGHOST=…", "PGPASSWORD=…"
  std::string database;
};

// From a libpq connection string or URL; what it leaves open comes from our own environment, as
// libpq does it. Throws Error(kInvalidArgument) for one that cannot be read.
ClientEnvironment client_environment(const std::string& dsn);

}  // namespace tracker::storage
