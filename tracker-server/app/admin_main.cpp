#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>

#include "admin/backup.hpp"
#include "admin/check.hpp"
#include "app/signals.hpp"
#include "app/store.hpp"
#include "auth/users.hpp"
#include "core/clock.hpp"
#include "core/log_text.hpp"
#include "storage/migrate.hpp"

// tracker-admin: `tracker admin …`. Exit codes: 0 done, 1 failed or something was found, 2 usage.
namespace tracker::app {
namespace {

constexpr int kDone = 0, kFailed = 1, kUsage = 2;

struct Settings {
  std::filesystem::path data_directory, directory;
  std::string database_url, run, user;
  std::size_t threads = 2;
  int jobs = 2;
  bool json = false, server_admin = false, key = false;

  StoreOptions store() const {
    if (database_url.empty() && data_directory.empty())
      throw Error(ErrorCode::kInvalidArgument,
                  "say which store: --data-dir DIR as the server has it, or --database-url URL");
    return {data_directory,
            database_url.empty() ? std::nullopt : std::optional<std::string>(database_url)};
  }
};

// Text of the database on its way to a terminal.
std::string printable(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return text;
}

std::string megabytes(std::int64_t bytes) {
  return fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

void say_finding(const storage::Finding& f, const Settings& settings) {
  if (settings.json) {
    const nlohmann::ordered_json json = {{"kind", f.kind},
                                         {"run", f.run},
                                         {"where", f.where},
                                         {"what", f.what},
                                         {"remedy", f.remedy}};
    std::puts(json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
  } else {
    std::puts(
        printable(fmt::format("{}{}{}: {}: {} ({})", f.run.empty() ? "" : "run ", f.run,
                              f.run.empty() ? f.where : ", " + f.where, f.kind, f.what, f.remedy))
            .c_str());
  }
  std::fflush(stdout);
}

int check(const Settings& settings, std::stop_token stop) {
  const Store store(settings.store(), stop);
  admin::CheckOptions options;
  options.dsn = store.dsn();
  options.threads = settings.threads;
  if (!settings.run.empty()) options.run = core::RunId::from_text(settings.run);
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  const auto result = admin::check(
      options, [&](const storage::Finding& finding) { say_finding(finding, settings); },
      [&](const admin::CheckProgress& progress) {
        if (terminal)
          std::fprintf(stderr, "\r%zu of %zu runs, %.1f MB", progress.runs_done, progress.runs,
                       static_cast<double>(progress.bytes) / 1e6);
      },
      stop);
  if (terminal) std::fputc('\n', stderr);
  std::fprintf(stderr, "%s runs=%zu points=%llu chunks=%llu bytes=%llu findings=%zu\n",
               result.stopped ? "stopped:" : "checked:", result.runs,
               static_cast<unsigned long long>(result.verified.points),
               static_cast<unsigned long long>(result.verified.chunks),
               static_cast<unsigned long long>(result.verified.bytes),
               result.verified.findings.size());
  return result.stopped || !result.verified.findings.empty() ? kFailed : kDone;
}

int backup(const Settings& settings, std::stop_token stop) {
  const Store store(settings.store(), stop);
  const auto manifest =
      admin::backup({store.dsn(), settings.directory, TRACKER_VERSION, settings.jobs}, stop);
  std::uintmax_t bytes = 0;
  for (const auto& [name, file] : manifest.files) bytes += file.bytes;
  fmt::print("backed up {} runs, database {}, backup {}: {}\n", manifest.rows.at("run"),
             megabytes(manifest.database_bytes), megabytes(static_cast<std::int64_t>(bytes)),
             settings.directory.string());
  return kDone;
}

int restore(const Settings& settings, std::stop_token stop) {
  settings.store();
  admin::verify_backup(settings.directory);
  admin::Manifest manifest;
  if (!settings.database_url.empty()) {
    manifest = admin::restore({settings.database_url, settings.directory}, stop);
  } else {
    FreshStore fresh(settings.data_directory, stop);
    manifest = admin::restore({fresh.dsn(), settings.directory, settings.jobs}, stop);
    fresh.keep();
  }
  fmt::print("restored {} runs: start tracker-server; relays deliver what they still keep\n",
             manifest.rows.at("run"));
  return kDone;
}

int shrink(const Settings& settings, std::stop_token stop) {
  const Store store(settings.store(), stop);
  for (const std::string& table : storage::shrinkable_tables()) {
    if (stop.stop_requested()) return kFailed;
    const auto shrunk = storage::shrink_table(store.dsn(), table);
    fmt::print("{}: {} before, {} after\n", table, megabytes(shrunk.before),
               megabytes(shrunk.after));
    std::fflush(stdout);
  }
  return kDone;
}

int rescue(const Settings& settings, std::stop_token stop) {
  const Store store(settings.store(), stop);
  storage::Database database({.dsn = store.dsn()});
  if (const auto objection = storage::schema_objection(database))
    throw Error(ErrorCode::kFailedPrecondition, *objection);
  const core::SystemClock clock;
  auth::Gate gate(database, clock, auth::Anonymous::kAlways);
  const auto made = auth::rescue_user(gate, {.name = settings.user,
                                             .password = {},
                                             .server_admin = settings.server_admin,
                                             .with_key = settings.key});
  fmt::print("user {}\npassword {}\n", settings.user, made.password);
  if (made.key) fmt::print("key {}\n", made.key->text);
  std::fputs("they are shown this once\n", stderr);
  return kDone;
}

using Action = std::function<int(std::stop_token)>;

CLI::App* add_command(CLI::App& app, Settings& settings, const char* name, const char* what) {
  CLI::App* command = app.add_subcommand(name, what);
  command->add_option("--data-dir", settings.data_directory, "as the server has it")
      ->type_name("DIR");
  command->add_option("--database-url", settings.database_url, "as the server has it")
      ->envname("TRACKER_DATABASE_URL")
      ->type_name("URL");
  return command;
}

void declare(CLI::App& app, Settings& settings, Action& action) {
  const auto runs = [&](CLI::App* command, int (*function)(const Settings&, std::stop_token)) {
    command->callback([&settings, &action, function] {
      action = [&settings, function](std::stop_token stop) { return function(settings, stop); };
    });
  };
  CLI::App* look = add_command(app, settings, "check", "Does what is stored agree with itself?");
  look->add_option("--run", settings.run, "one run only")->type_name("ID");
  look->add_option("--threads", settings.threads, "runs at once")->capture_default_str();
  look->add_flag("--json", settings.json, "a finding is an object, one a line");
  runs(look, check);
  CLI::App* save = add_command(app, settings, "backup", "The database into a new directory.");
  save->add_option("DIR", settings.directory, "where to")->required();
  save->add_option("--jobs", settings.jobs, "tables at once")->capture_default_str();
  runs(save, backup);
  CLI::App* load = add_command(app, settings, "restore",
                               "A backup into an empty database or a new data directory.");
  load->add_option("DIR", settings.directory, "the backup")->required();
  load->add_option("--jobs", settings.jobs, "tables at once, into a data directory")
      ->capture_default_str();
  runs(load, restore);
  runs(add_command(app, settings, "shrink",
                   "Give room that removed runs left back to the file system."),
       shrink);
  CLI::App* help = add_command(app, settings, "rescue",
                               "Makes a user, or lets one in again, with a new password.");
  help->add_option("NAME", settings.user, "the user")->required();
  help->add_flag("--server-admin", settings.server_admin, "may do everything");
  help->add_flag("--key", settings.key, "an API key as well");
  runs(help, rescue);
}

int run_admin(int argc, const char* const* argv) {
  CLI::App app("Checks, backs up, restores and shrinks what tracker-server stores, and lets in.",
               "tracker admin");
  app.set_version_flag("--version", TRACKER_VERSION);
  app.require_subcommand(1);
  Settings settings;
  Action action;
  declare(app, settings, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    return app.exit(wanted, std::cout, std::cerr);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "tracker admin: %s (see `tracker admin --help`)\n", error.what());
    return kUsage;
  }
  std::stop_source stop;
  stop_on_signals(stop);
  auto logger = spdlog::stderr_logger_mt("tracker-admin");
  logger->set_level(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
  try {
    return action(stop.get_token());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tracker admin: %s\n", printable(error.what()).c_str());
    const auto* own = dynamic_cast<const Error*>(&error);
    return own != nullptr && own->code() == ErrorCode::kInvalidArgument && !settings.json &&
                   settings.data_directory.empty() && settings.database_url.empty()
               ? kUsage
               : kFailed;
  }
}

}  // namespace
}  // namespace tracker::app

int main(int argc, char** argv) { return tracker::app::run_admin(argc, argv); }
