#include "integration/campaign/world.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <thread>

#include "support/directories.hpp"
#include "support/system/system.hpp"

namespace campaign {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using test_support::FaultProxy;

constexpr const char* kProxyHost = "127.0.0.2";
constexpr const char* kRoom = "size=3g,mode=755";

std::string address(const std::string& host, std::uint16_t port) {
  return host + ":" + std::to_string(port);
}

std::size_t append(char* data, std::size_t size, std::size_t count, void* into) {
  static_cast<std::string*>(into)->append(data, size * count);
  return size * count;
}

}  // namespace

fs::path& build_directory() {
  static fs::path directory = TRACKER_BINARY_DIR;
  return directory;
}

bool await(const std::function<bool()>& done, std::chrono::milliseconds limit) {
  const auto deadline = Clock::now() + limit;
  while (!done()) {
    if (Clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  return true;
}

World::World() : http_port_(test_support::free_port()), grpc_port_(test_support::free_port()) {
  std::string name = "/tmp/fc-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  directory_ = name;
  fs::permissions(directory_, fs::perms(0755));
  mounted_ = ::geteuid() == 0 && ::mount("tmpfs", name.c_str(), "tmpfs", 0, kRoom) == 0;
  const fs::path library = build_directory() / "tests/libfault_shim.so";
  if (fs::exists(library))
    shims_.reset(new Shims{{library, directory_ / "loggers.faults", directory_},
                           {library, directory_ / "server.faults", directory_},
                           {library, directory_ / "postgres.faults", directory_}});
  postgres_ = std::make_unique<tracker::test::PostgresCluster>(
      tracker::test::Durability::kNone, directory_,
      shims_ ? shims_->postgres.environment() : std::map<std::string, std::string>{});
  query("CREATE DATABASE campaign", "postgres");
  query("ALTER SYSTEM SET max_wal_size = '128MB'", "postgres");
  query("SELECT pg_reload_conf()", "postgres");
  database_ = std::make_unique<FaultProxy>(test_support::ProxyOptions{
      .upstream_socket = postgres_->socket_directory() / ".s.PGSQL.5432"});
  http_ = std::make_unique<FaultProxy>(test_support::ProxyOptions{
      .address = kProxyHost, .port = http_port_, .upstream_port = http_port_});
  grpc_ = std::make_unique<FaultProxy>(test_support::ProxyOptions{
      .address = kProxyHost, .port = grpc_port_, .upstream_port = grpc_port_});
  url_ = "http://" + address(kProxyHost, http_port_);
  server_url_ = "http://" + address("127.0.0.1", http_port_);
  database_url_ = "postgresql://tracker@" + address("127.0.0.1", database_->port()) +
                  "/campaign?sslmode=disable&gssencmode=disable";
  start_server();
}

World::~World() {
  server_.reset();
  database_.reset();
  http_.reset();
  grpc_.reset();
  postgres_.reset();
  shims_.reset();
  if (mounted_) ::umount2(directory_.c_str(), MNT_DETACH);
  std::error_code none;
  fs::remove_all(directory_, none);
}

void World::start_server() {
  const fs::path data = directory_ / "server";
  fs::create_directories(data);
  fs::remove(data / "server.json");
  std::string lies;
  if (shims_)
    for (const auto& [name, value] : shims_->server.environment())
      lies += name + "='" + value + "' ";
  // Its log goes to a file: a pipe that nobody reads would stop it.
  const std::string command = "exec env " + lies + "setpriv --pdeathsig KILL " +
                              (build_directory() / "bin/tracker-server").string() + " --data-dir " +
                              data.string() + " --database-url '" + database_url_ + "' --listen " +
                              address("127.0.0.1", http_port_) + " --grpc-listen " +
                              address("127.0.0.1", grpc_port_) + " 2>>" +
                              (directory_ / "server.log").string();
  server_ = std::make_unique<test_support::Process>(
      test_support::ProcessOptions{{"/bin/sh", "-c", command}, {}, {}});
  test_support::wait_for_file(data / "server.json", *server_);
}

void World::kill_server() {
  server_->kill(SIGKILL);
  server_->wait();
}
void World::stop_server() {
  server_->kill(SIGTERM);
  server_->wait();
}

std::vector<pid_t> World::backends() {
  std::vector<pid_t> pids;
  try {
    for (const auto& row : query("SELECT pid FROM pg_stat_activity WHERE datname = 'campaign' AND "
                                 "pid <> pg_backend_pid()"))
      pids.push_back(std::stoi(row[0]));
  } catch (const std::runtime_error&) {
    return {};  // it recovers from the last kill
  }
  return pids;
}

void World::keep_database() {
  query("DROP DATABASE IF EXISTS campaign_kept", "postgres");
  query("ALTER DATABASE campaign ALLOW_CONNECTIONS false", "postgres");
  query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'campaign'",
        "postgres");
  query("CREATE DATABASE campaign_kept TEMPLATE campaign STRATEGY file_copy", "postgres");
  query("ALTER DATABASE campaign ALLOW_CONNECTIONS true", "postgres");
}

void World::restore_database() {
  query("ALTER DATABASE campaign ALLOW_CONNECTIONS false", "postgres");
  query("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'campaign'",
        "postgres");
  query("ALTER DATABASE campaign RENAME TO campaign_gone", "postgres");
  query("ALTER DATABASE campaign_kept RENAME TO campaign", "postgres");
  query("DROP DATABASE campaign_gone", "postgres");
}

void World::fill_disk() {
  struct statvfs room {};
  ::statvfs(directory_.c_str(), &room);
  const int fd = ::open((directory_ / "ballast").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  const auto bytes = static_cast<off_t>(room.f_bavail * room.f_frsize);
  static_cast<void>(::posix_fallocate(fd, 0, bytes));
  ::close(fd);
}

void World::free_disk() { fs::remove(directory_ / "ballast"); }

void World::on_network(const std::function<void(FaultProxy&)>& change) {
  change(*http_);
  change(*grpc_);
}

void World::heal() {
  free_disk();
  if (shims_) {
    for (auto* shim : {&shims_->loggers, &shims_->server, &shims_->postgres}) {
      (*shim)->clock_us = 0;
      (*shim)->write_error = (*shim)->read_error = 0;
    }
  }
  http_->heal();
  grpc_->heal();
  database_->heal();
  if (!postgres_->running()) postgres_->start();
  // Behind a crash of a backend the cluster restarts by itself.
  await(
      [&] {
        try {
          return query("SELECT 1").size() == 1;
        } catch (const std::runtime_error&) {
          if (!postgres_->running()) postgres_->start();
          return false;
        }
      },
      std::chrono::seconds(30));
  if (!server_running()) start_server();
}

World::Rows World::query(const std::string& sql, const std::string& database) const {
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(
      PQconnectdb(postgres_->dsn(database).c_str()), PQfinish);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(connection.get(), sql.c_str()),
                                                              PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw std::runtime_error(sql + ": " + PQerrorMessage(connection.get()));
  Rows rows(static_cast<std::size_t>(PQntuples(result.get())));
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (int column = 0; column < PQnfields(result.get()); ++column)
      rows[i].emplace_back(PQgetvalue(result.get(), static_cast<int>(i), column));
  return rows;
}

std::string World::http_get(const std::string& path) const {
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(curl_easy_init(), curl_easy_cleanup);
  std::string body;
  const std::string url = server_url_ + path;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT, 30L);
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK)
    throw std::runtime_error(path + ": " + curl_easy_strerror(code));
  return body;
}

test_support::ProcessOptions World::program(const std::string& path,
                                            std::vector<std::string> arguments,
                                            const fs::path& spool) const {
  arguments.insert(arguments.begin(), path);
  std::map<std::string, std::string> environment{
      {"TRACKER_URL", url_},
      {"TRACKER_DIR", spool.string()},
      {"XDG_CONFIG_HOME", (directory_ / "config").string()},
      {"TRACKER_RELAY_LONGEST_WAIT_MS", "400"},
      {"TRACKER_RELAY_KEEPALIVE_MS", "5000"}};
  if (shims_) environment.merge(shims_->loggers.environment());
  return {.command = std::move(arguments),
          .environment = std::move(environment),
          .directory = directory_};
}

}  // namespace campaign
