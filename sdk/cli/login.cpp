#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>

#include <tracker/error.hpp>
#include <tracker/server.hpp>

#include "cli/api_client.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/secret_input.hpp"
#include "cli/settings.hpp"
#include "cli/text.hpp"

namespace tracker::cli {
namespace {

struct LoginOptions {
  std::string user;
  bool key = false;
};

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "somewhere";
}

// Who the server takes us for; empty for nobody. A server from before there were users asks nobody.
struct Seen {
  std::string user;
  bool open = true;
};
Seen seen_by(ApiClient& client) {
  try {
    const auto session = client.get("session");
    Seen seen;
    seen.open = session.value("open", true);
    if (const auto user = session.find("user"); user != session.end() && user->is_object())
      seen.user = user->value("name", std::string());
    return seen;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kNotFound || error.code() == ErrorCode::kUnimplemented)
      return {};
    throw;
  }
}

// One that does not do any more is asked for anew.
Seen with_known_key(ApiClient& client) {
  try {
    return seen_by(client);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kUnauthenticated) throw;
    client.set_key({});
    return seen_by(client);
  }
}

Seen identify(ApiClient& client, const LoginOptions& options) {
  if (!options.user.empty()) {
    client.set_key(client.make_key({options.user, read_secret("password of " + options.user),
                                    "tracker login on " + host_name()}));
    return seen_by(client);
  }
  if (!options.key) {
    auto seen = with_known_key(client);
    if (seen.open || !seen.user.empty()) return seen;
    if (!has_terminal())
      throw Error(ErrorCode::kUnauthenticated,
                  "this server asks who you are: give an API key with --key on standard input, or "
                  "--user NAME and the password there");
  }
  client.set_key(read_secret("API key"));
  return seen_by(client);
}

void warn_of_plain_text(const ApiClient& client) {
  if (client.key().empty() || client.server().tls || client.server().loopback) return;
  std::fprintf(stderr,
               "tracker: the key goes to %s without encryption: whoever is on the way can read "
               "it; https:// is better\n",
               printable(client.server().url).c_str());
}

int login(const std::string& flag, const LoginOptions& options) {
  std::unique_ptr<ApiClient> client;
  Seen seen;
  try {
    client = std::make_unique<ApiClient>(server_url(flag));
    seen = identify(*client, options);
  } catch (const Error& error) {
    throw Error(error.code(), std::string(error.what()) + ": nothing was stored");
  }
  warn_of_plain_text(*client);
  const auto& server = client->server();
  store_login(server.url, seen.user.empty() ? std::string() : client->key());
  Output out;
  out.write("tracker-server " + server.version + " at " + server.url +
            (seen.user.empty() ? "" : " as " + seen.user) + ", stored in " + login_file().string() +
            "\n");
  out.commit();
  return kDone;
}

}  // namespace

void add_login(Program& program) {
  auto* command = program.app.add_subcommand(
      "login",
      "Check that a server answers, and make it the one of all commands and runs of yours, with an "
      "API key if it asks for one.");
  const auto options = std::make_shared<LoginOptions>();
  auto* user = command->add_option("--user", options->user,
                                   "log in with this user's password, and have a key made");
  user->type_name("NAME");
  command->add_flag("--key", options->key, "read an API key from standard input")->excludes(user);
  command->callback([&program, options] {
    program.action = [&program, options] { return login(program.server, *options); };
  });
}

}  // namespace tracker::cli
