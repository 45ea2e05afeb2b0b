#include "app/app.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <tracker/error.hpp>

#include "admin/janitor.hpp"
#include "alerts/teller.hpp"
#include "app/artifact_store.hpp"
#include "app/data_directory.hpp"
#include "app/first_admin.hpp"
#include "artifacts/artifacts.hpp"
#include "auth/gate.hpp"
#include "auth/watch.hpp"
#include "cluster/notifier.hpp"
#include "core/clock.hpp"
#include "core/log_text.hpp"
#include "embedded/embedded_postgres.hpp"
#include "http/api.hpp"
#include "http/live_hub.hpp"
#include "http/live_readers.hpp"
#include "http/server.hpp"
#include "ingest/ingest.hpp"
#include "ingest/meters.hpp"
#include "metrics/registry.hpp"
#include "rpc/admin_service.hpp"
#include "rpc/artifacts_service.hpp"
#include "rpc/call_record.hpp"
#include "rpc/ingest_service.hpp"
#include "rpc/runs_service.hpp"
#include "rpc/server.hpp"
#include "storage/backfill.hpp"
#include "storage/meters.hpp"
#include "storage/migrate.hpp"

namespace tracker::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kDrain = 10s;
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

std::optional<core::TlsFiles> tls_files(const Config& config) {
  if (config.tls_certificate.empty()) return std::nullopt;
  return core::TlsFiles{config.tls_certificate, config.tls_key};
}

ingest::IngestOptions ingest_options(auth::Gate& gate, auth::Watch& watch) {
  ingest::IngestOptions options;
  options.gate = &gate;
  options.watch = &watch;
  return options;
}

http::ServerOptions http_options(const Config& config, auth::Watch& watch) {
  http::ServerOptions options;
  options.address = config.http.address;
  options.port = config.http.port;
  options.origins.hosts = config.allowed_hosts;
  options.origins.accept = config.http.loopback() ? http::OriginPolicy::Hosts::kKnownOnly
                                                  : http::OriginPolicy::Hosts::kAny;
  options.access_log = config.access_log;
  options.tls = tls_files(config);
  options.watch = &watch;
  return options;
}

rpc::ServerOptions rpc_options(const Config& config) {
  rpc::ServerOptions options;
  options.address = config.grpc.address;
  options.port = config.grpc.port;
  options.connection_age = config.grpc_connection_age;
  options.tls = tls_files(config);
  return options;
}

http::LiveOptions live_options() {
  http::LiveOptions options;
  options.server_version = TRACKER_VERSION;
  return options;
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

rpc::RunsServiceOptions runs_options(const Config& config) {
  rpc::RunsServiceOptions options;
  options.access_log = config.access_log;
  return options;
}

alerts::Targets alert_targets(const Config& config) {
  alerts::Targets targets;
  targets.webhooks = config.alert_webhooks;
  targets.webhook_secret = config.alert_secret;
  targets.allowed_hosts = config.alert_allowed_hosts;
  targets.smtp_url = config.smtp_url;
  targets.mail_from = config.mail_from;
  targets.mail_to = config.mail_to;
  return targets;
}

// Everything that needs the database, in the order it is made.
class Services {
 public:
  Services(const Config& config, storage::Database& database)
      : gate_(database, clock_, anonymous(config)),
        watch_(gate_),
        ingest_(database, clock_, ingest_options(gate_, watch_)),
        ingest_service_(ingest_),
        runs_service_(database, gate_, runs_options(config)),
        admin_service_(database, gate_, clock_,
                       {.access_log = config.access_log,
                        .run_changed =
                            [this](core::RunId run) {
                              announce({{}, {run}});
                            }}),
        janitor_(database, clock_),
        artifact_store_(open_artifact_store(config)),
        artifacts_(database, clock_, artifact_store_.get()),
        artifacts_service_({database, gate_, clock_, artifacts_.uploads, artifacts_.downloads},
                           {.access_log = config.access_log}),
        teller_(database, clock_, alert_targets(config)),
        rpc_(rpc_options(config), {&ingest_service_.service(), &runs_service_.service(),
                                   &admin_service_.service(), &artifacts_service_.service()}),
        hub_(http::make_live_readers(database, clock_), clock_, live_options()),
        notifier_({.dsn = database.options().dsn},
                  [this](const cluster::RunNews& news) { hub_.hear(news); }),
        dashboard_(config.dashboard_directory),
        api_{.database = database,
             .clock = clock_,
             .dashboard = dashboard_,
             .version = TRACKER_VERSION,
             .started_us = clock_.now_us(),
             .metrics = &metrics_,
             .draining = &draining_,
             .run_changed =
                 [this](core::RunId run) {
                   announce({{}, {run}});
                 },
             .gate = &gate_,
             .downloads = &artifacts_.downloads},
        router_(http::make_router(api_)),
        http_(http_options(config, watch_), router_, hub_) {
    metrics_.add([](metrics::Writer& out) { metrics::write_build(out, TRACKER_VERSION); });
    metrics_.add(metrics::write_process);
    metrics_.add([this](metrics::Writer& out) { ingest::write_metrics(out, clock_.steady_us()); });
    metrics_.add(rpc::write_metrics);
    metrics_.add(storage::write_metrics);
    metrics_.add([this](metrics::Writer& out) { http_.write_metrics(out); });
    ingest_.set_listener([this](const ingest::Committed& committed) { announce(committed); });
  }

  void start() {
    try {
      watch_.start();
      ingest_.start();
      janitor_.start();
      artifacts_.collector.start();
      teller_.start();
      hub_.start();
      notifier_.start();
      rpc_.start();
      api_.grpc_port = rpc_.port();
      http_.start();
    } catch (...) {
      stop();
      throw;
    }
  }

  // Not ready any more: who asks is told, and nobody else notices.
  void announce_stop() {
    draining_ = true;
    http_.announce_stop();
  }

  void stop() {
    announce_stop();
    // At once: no new stream is taken, and those that are open are told to go elsewhere, while the
    // last acknowledgements go out on them.
    std::jthread closing([this] { rpc_.stop(kDrain); });
    watch_.stop();
    ingest_.stop();
    janitor_.stop();
    artifacts_.collector.stop();
    teller_.stop();
    closing.join();
    notifier_.stop();
    hub_.stop();
    http_.stop(kDrain);
  }

  auth::Gate& gate() noexcept { return gate_; }
  std::uint16_t http_port() const { return http_.port(); }
  std::uint16_t grpc_port() const { return rpc_.port(); }
  std::size_t dashboard_files() const { return dashboard_.count(); }

 private:
  // To the tabs of this server, and to the other servers.
  void announce(const ingest::Committed& committed) {
    hub_.publish(committed);
    std::vector<core::RunId> runs;
    for (const auto& frame : committed.frames)
      if (runs.empty() || runs.back() != frame.run) runs.push_back(frame.run);
    notifier_.note(runs, committed.changed_runs);
  }

  core::SystemClock clock_;
  metrics::Registry metrics_;
  std::atomic<bool> draining_{false};
  auth::Gate gate_;
  auth::Watch watch_;
  ingest::Ingest ingest_;
  rpc::IngestService ingest_service_;
  rpc::RunsService runs_service_;
  rpc::AdminService admin_service_;
  admin::Janitor janitor_;
  std::unique_ptr<artifacts::ChunkStore> artifact_store_;
  artifacts::Artifacts artifacts_;
  rpc::ArtifactsService artifacts_service_;
  alerts::Teller teller_;
  rpc::Server rpc_;
  http::LiveHub hub_;
  cluster::Notifier notifier_;
  http::StaticFiles dashboard_;
  http::ApiContext api_;
  http::Router router_;
  http::Server http_;
};

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
  data.announce(http, grpc);
  spdlog::info("event=ready http={} grpc={} data_dir={} dashboard_files={} version={}", http, grpc,
               core::quoted(data.path().string()), services.dashboard_files(), TRACKER_VERSION);
  say_if_nobody_can_come(services.gate(), config, http);
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
