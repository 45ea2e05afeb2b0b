#include "app/config.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <charconv>
#include <cstdlib>
#include <map>
#include <sstream>

#include <tracker/error.hpp>

#include "app/settings.hpp"
#include "core/host_name.hpp"

namespace tracker::app {
namespace {

bool is_ip_address(const std::string& text) {
  in6_addr ignored{};
  return ::inet_pton(AF_INET, text.c_str(), &ignored) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &ignored) == 1;
}

CommandLine refused(const std::string& what) {
  return {std::nullopt, 2, fmt::format("tracker-server: {}\n", what)};
}

CommandLine leave(CLI::App& app, const CLI::Error& error) {
  std::ostringstream out, err;
  const int code = app.exit(error, out, err);
  if (code == 0) return {std::nullopt, 0, out.str()};
  return refused(fmt::format("{} (see tracker-server --help)", error.what()));
}

// The flags, as a place of settings. All values are text here, and checked where the file's and the
// environment's are.
class Flags {
 public:
  explicit Flags(CLI::App& app) {
    for (const auto& setting : settings()) {
      auto& values = values_[setting.name];
      const auto flag = fmt::format("--{}", setting.name);
      const auto help = fmt::format("{} (${})", setting.help, variable_of(setting));
      auto* option = setting.kind == Setting::Kind::kFlag ? app.add_flag(flag, values, help)
                                                          : app.add_option(flag, values, help);
      options_[setting.name] = option;
      if (setting.kind == Setting::Kind::kFlag) continue;
      option->type_name(setting.type);
      if (setting.kind == Setting::Kind::kText) option->expected(1);
      if (setting.kind == Setting::Kind::kList) option->allow_extra_args(false);
      if (!setting.initial.empty()) option->default_str(setting.initial);
    }
  }
  Values given() const {
    Values out;
    for (const auto& [name, option] : options_) {
      if (option->count() == 0) continue;
      out.emplace(name, Given{"--" + name, values_.at(name)});
    }
    return out;
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
  std::map<std::string, CLI::Option*> options_;
};

void check_together(const Config& config) {
  if (config.data_directory.empty())
    throw Error(ErrorCode::kInvalidArgument,
                "--data-dir is required: say where the server keeps its files");
  if (config.tls_certificate.empty() != config.tls_key.empty())
    throw Error(ErrorCode::kInvalidArgument, "--tls-cert and --tls-key belong together: give both");
}

}  // namespace

std::optional<std::string> process_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

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

CommandLine parse_command_line(int argc, const char* const* argv, const Environment& environment) {
  CLI::App app(
      "Keeps experiments: takes runs through gRPC, stores them in PostgreSQL, shows them in the "
      "browser.",
      "tracker-server");
  app.footer(
      "Each flag can also be set by a variable ($TRACKER_DATA_DIR for --data-dir) and in the file "
      "of --config (data-dir: DIR). The flag wins over the variable, and that over the file.");
  app.set_version_flag("--version", TRACKER_VERSION);
  std::string file;
  app.add_option("--config", file,
                 "Settings as YAML, one `name: value` a line; also $TRACKER_CONFIG")
      ->type_name("FILE");
  bool print_config = false;
  app.add_flag("--print-config", print_config,
               "Print what is in force and where each value comes from, and leave");
  Flags flags(app);
  try {
    app.parse(argc, argv);
    if (file.empty()) file = environment("TRACKER_CONFIG").value_or("");
    const std::array places{flags.given(), from_environment(environment),
                            file.empty() ? Values() : from_file(file)};
    const auto values = resolve(places);
    const auto config = to_config(values);
    if (print_config) return {std::nullopt, 0, print(values)};
    check_together(config);
    return {config, 0, {}};
  } catch (const CLI::Error& error) {
    return leave(app, error);
  } catch (const Error& error) {
    return refused(error.what());
  }
}

}  // namespace tracker::app
