#include "app/services.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "admin/janitor.hpp"
#include "alerts/teller.hpp"
#include "app/artifact_store.hpp"
#include "app/first_admin.hpp"
#include "artifacts/artifacts.hpp"
#include "artifacts/meters.hpp"
#include "auth/gate.hpp"
#include "auth/watch.hpp"
#include "cluster/notifier.hpp"
#include "core/clock.hpp"
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
#include "storage/meters.hpp"

namespace tracker::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kDrain = 10s;

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

}  // namespace

std::optional<core::TlsFiles> tls_files(const Config& config) {
  if (config.tls_certificate.empty()) return std::nullopt;
  return core::TlsFiles{config.tls_certificate, config.tls_key};
}

class Services::Impl {
 public:
  Impl(const Config& config, storage::Database& database)
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
    metrics_.add(artifacts::write_metrics);
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

Services::Services(const Config& config, storage::Database& database)
    : impl_(std::make_unique<Impl>(config, database)) {}
Services::~Services() = default;
void Services::start() { impl_->start(); }
void Services::announce_stop() { impl_->announce_stop(); }
void Services::stop() { impl_->stop(); }
auth::Gate& Services::gate() noexcept { return impl_->gate(); }
std::uint16_t Services::http_port() const { return impl_->http_port(); }
std::uint16_t Services::grpc_port() const { return impl_->grpc_port(); }
std::size_t Services::dashboard_files() const { return impl_->dashboard_files(); }

}  // namespace tracker::app
