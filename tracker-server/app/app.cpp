#include "app/app.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include <tracker/error.hpp>

#include "app/data_directory.hpp"
#include "app/first_admin.hpp"
#include "app/services.hpp"
#include "core/log_text.hpp"
#include "embedded/embedded_postgres.hpp"
#include "storage/backfill.hpp"
#include "storage/migrate.hpp"

namespace tracker::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kSchemaLook = 5s;

// As another program of this machine would write it.
std::string reachable(const std::string& address, std::uint16_t port) {
  if (address == "0.0.0.0") return fmt::format("127.0.0.1:{}", port);
  if (address == "::") return fmt::format("[::1]:{}", port);
  return fmt::format(
      address.find(':') == std::string::npos ? fmt::runtime("{}:{}") : fmt::runtime("[{}]:{}"),
      address, port);
}

void connect(storage::Database& database) {
  try {
    database.ping();
  } catch (const Error& error) {
    throw Error(
        ErrorCode::kUnavailable,
        fmt::format("no database: {}: check --database-url and that PostgreSQL runs", error.what()),
        error.detail());
  }
}

// Until it is to stop, or a newer server has changed the schema to one that this program cannot
// work with: then Error(kFailedPrecondition).
void wait_for(const std::stop_token& stop, storage::Database& database) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  while (!never.wait_for(lock, stop, kSchemaLook, [&] { return stop.stop_requested(); })) {
    std::optional<std::string> objection;
    try {
      objection = storage::schema_objection(database);
    } catch (const Error&) {
      continue;  // the database is away; whoever needs it says so
    }
    if (objection) throw Error(ErrorCode::kFailedPrecondition, *objection);
  }
}

void leave(DataDirectory& data, Services& services) {
  spdlog::info("event=stopping");
  data.withdraw();
  services.stop();
  spdlog::info("event=stopped");
}

}  // namespace

void run(const Config& config, std::stop_token stop) {
  if (const auto tls = tls_files(config)) core::check_tls_files(*tls);  // before anything is made
  DataDirectory data(config.data_directory);
  std::optional<embedded::EmbeddedPostgres> postgres;
  storage::DatabaseOptions database_options;
  if (config.database_url) {
    database_options.dsn = *config.database_url;
  } else {
    embedded::EmbeddedPostgresOptions options;
    options.data_directory = data.path();
    postgres.emplace(options);
    postgres->start(stop);
    database_options.dsn = postgres->connection_string();
  }
  storage::Database database(database_options);
  connect(database);
  storage::migrate(database);

  Services services(config, database);
  services.start();
  const auto http = fmt::format("{}://{}", config.tls_certificate.empty() ? "http" : "https",
                                reachable(config.http.address, services.http_port()));
  const auto grpc = reachable(config.grpc.address, services.grpc_port());
  say_if_nobody_can_come(services.gate(), config, http);
  data.announce(http, grpc);
  spdlog::info("event=ready http={} grpc={} data_dir={} dashboard_files={} version={}", http, grpc,
               core::quoted(data.path().string()), services.dashboard_files(), TRACKER_VERSION);
  storage::Backfill backfill(database, {});
  backfill.start();
  try {
    wait_for(stop, database);
  } catch (const Error&) {
    leave(data, services);
    throw;
  }
  services.announce_stop();
  if (config.drain_delay.count() > 0) {
    spdlog::info("event=draining seconds={}", config.drain_delay.count());
    std::this_thread::sleep_for(config.drain_delay);
  }
  leave(data, services);
}

}  // namespace tracker::app
