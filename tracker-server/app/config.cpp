#include "app/config.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <sstream>

#include <tracker/error.hpp>

#include "core/host_name.hpp"

namespace tracker::app {
namespace {

namespace fs = std::filesystem;

// <exe>/../share/tracker/dashboard, in the build tree as in an install.
fs::path default_dashboard() {
  std::error_code error;
  const auto program = fs::read_symlink("/proc/self/exe", error);
  return program.parent_path().parent_path() / "share" / "tracker" / "dashboard";
}

bool is_ip_address(const std::string& text) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET, text.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &ignored) == 1;
}

CommandLine leave(CLI::App& app, const CLI::Error& error) {
  std::ostringstream out, err;
  const int code = app.exit(error, out, err);
  if (code == 0) return {std::nullopt, 0, out.str()};
  return {std::nullopt, 2,
          fmt::format("tracker-server: {} (see tracker-server --help)\n", error.what())};
}

std::string allowed_host(const std::string& text) {
  auto name = core::host_name(text);
  if (name.empty() || text.find_first_of("/ @?#*") != std::string::npos) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("--allow-host: `{}` is not the name of a machine: give it as the "
                            "browser's address has it between // and /, like tracker.example.org",
                            text));
  }
  return name;
}

}  // namespace

bool Endpoint::loopback() const { return core::is_loopback_name(address); }

Endpoint Endpoint::parse(std::string_view text) {
  const auto bad = [&] {
    return Error(
        ErrorCode::kInvalidArgument,
        fmt::format("`{}` is not ADDRESS:PORT, as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:0", text));
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) throw bad();
  Endpoint endpoint;
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  const auto parsed = std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (parsed.ec != std::errc() || parsed.ptr != port.data() + port.size()) throw bad();
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  endpoint.address = host == "localhost" ? "127.0.0.1" : std::string(host);
  if (!is_ip_address(endpoint.address)) throw bad();
  return endpoint;
}

CommandLine parse_command_line(int argc, const char* const* argv) {
  Config config;
  config.dashboard_directory = default_dashboard();
  std::string listen = "127.0.0.1:8080", grpc_listen = "127.0.0.1:8081", database_url;
  bool anonymous = false;
  CLI::App app(
      "Keeps experiments: takes runs through gRPC, stores them in PostgreSQL, shows them in the "
      "browser.",
      "tracker-server");
  app.set_version_flag("--version", TRACKER_VERSION);
  app.add_option("--data-dir", config.data_directory,
                 "Where the server keeps its files; made if absent")
      ->required()
      ->type_name("DIR");
  app.add_option("--database-url", database_url,
                 "PostgreSQL to use, as postgresql://user:password@host/database; without it the "
                 "server runs a "
                 "private one under the data directory")
      ->envname("TRACKER_DATABASE_URL")
      ->type_name("URL");
  app.add_option("--listen", listen,
                 "Address of the dashboard and the HTTP API; port 0 takes a free one")
      ->capture_default_str()
      ->type_name("ADDRESS:PORT");
  app.add_option("--grpc-listen", grpc_listen,
                 "Address that runs are sent to; port 0 takes a free one")
      ->capture_default_str()
      ->type_name("ADDRESS:PORT");
  app.add_option("--dashboard-dir", config.dashboard_directory, "Files of the dashboard")
      ->capture_default_str()
      ->type_name("DIR");
  app.add_option(
         "--allow-host", config.allowed_hosts,
         "Another name that the server is reached by (a proxy's, a tunnel's); may be repeated")
      ->type_name("NAME");
  app.add_flag("--allow-anonymous", anonymous,
               "Listen on addresses that others can reach although there is no login: everybody "
               "who reaches the server "
               "can read and write everything");
  app.add_option("--log-level", config.log_level, "How much is said on stderr")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
    config.http = Endpoint::parse(listen);
    config.grpc = Endpoint::parse(grpc_listen);
    for (auto& host : config.allowed_hosts) host = allowed_host(host);
  } catch (const CLI::Error& error) {
    return leave(app, error);
  } catch (const Error& error) {
    return {std::nullopt, 2, fmt::format("tracker-server: {}\n", error.what())};
  }
  if (!database_url.empty()) config.database_url = database_url;
  if (anonymous) config.anonymous = Anonymous::kAllowed;
  return {config, 0, {}};
}

void check_exposure(const Config& config) {
  if (config.anonymous == Anonymous::kAllowed) return;
  for (const auto* endpoint : {&config.http, &config.grpc}) {
    if (endpoint->loopback()) continue;
    throw Error(ErrorCode::kPermissionDenied,
                fmt::format("refusing to listen on {}: the server has no login, and everybody who "
                            "reaches it could read "
                            "and write everything: listen on 127.0.0.1, or add --allow-anonymous "
                            "on a network you trust",
                            endpoint->address));
  }
}

}  // namespace tracker::app
