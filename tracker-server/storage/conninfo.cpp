#include "storage/conninfo.hpp"

#include <libpq-fe.h>

#include <cstdlib>
#include <memory>

#include <tracker/error.hpp>

namespace tracker::storage {

ClientEnvironment client_environment(const std::string& dsn) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
      PQconninfoParse(dsn.c_str(), &message), PQconninfoFree);
  if (!options) {
    const std::string reason = message == nullptr ? "out of memory" : message;
    PQfreemem(message);
    throw Error(ErrorCode::kInvalidArgument,
                "the database's address cannot be read: " + reason.substr(0, reason.find('\n')));
  }
  ClientEnvironment out;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->envvar == nullptr) continue;
    const char* value = option->val != nullptr ? option->val : std::getenv(option->envvar);
    if (value == nullptr) continue;
    out.variables.push_back(std::string(option->envvar) + "=" + value);
    if (std::string(option->keyword) == "dbname") out.database = value;
  }
  if (const char* home = std::getenv("HOME")) out.variables.push_back(std::string("HOME=") + home);
  return out;
}

}  // namespace tracker::storage
