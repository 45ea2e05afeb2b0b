#include <memory>

#include <tracker/error.hpp>
#include <tracker/server.hpp>

#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/settings.hpp"
#include "relay/discovery.hpp"

namespace tracker::cli {
namespace {

int login(const std::string& flag) {
  const std::string url = server_url(flag);
  relay::Server server;
  try {
    server = relay::discover(url);
  } catch (const Error& error) {
    throw Error(error.code(), std::string(error.what()) + ": nothing was stored");
  }
  store_login(server.url);
  Output out;
  out.write("tracker-server " + server.version + " at " + server.url + ", stored in " +
            login_file().string() + "\n");
  out.commit();
  return kDone;
}

}  // namespace

void add_login(Program& program) {
  auto* command = program.app.add_subcommand(
      "login",
      "Check that a server answers, and make it the one of all commands and runs of yours.");
  command->callback([&program] { program.action = [&program] { return login(program.server); }; });
}

}  // namespace tracker::cli
