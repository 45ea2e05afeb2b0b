#include "embedded/embedded_postgres.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include <tracker/error.hpp>

#include "core/log_text.hpp"
#include "embedded/cluster_files.hpp"
#include "embedded/cluster_processes.hpp"
#include "embedded/postgres_log.hpp"

namespace tracker::embedded {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto kPoll = 20ms;
constexpr std::string_view kDatabase = "tracker";

Fd open_directory(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) {
    throw Error(ErrorCode::kUnavailable,
                fmt::format("cannot open {}: {}: see that this user may read it", path.string(),
                            std::strerror(errno)));
  }
  return fd;
}

struct Connection {
  explicit Connection(const std::string& text) : handle(::PQconnectdb(text.c_str())) {}
  ~Connection() { ::PQfinish(handle); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  PGconn* handle;
};

// Settings of the postmaster. Small enough for a laptop; WAL large enough that ingest does not
// checkpoint all the time.
std::vector<std::string> settings() {
  return {"listen_addresses=",
          "unix_socket_permissions=0700",
          "max_connections=100",
          "shared_buffers=256MB",
          "max_wal_size=2GB",
          "wal_compression=on",
          "jit=off",
          "checkpoint_timeout=10min",
          "log_min_messages=warning",
          "logging_collector=off",
          "log_destination=stderr",
          "cluster_name=tracker"};
}

}  // namespace

EmbeddedPostgres::EmbeddedPostgres(EmbeddedPostgresOptions options)
    : options_(std::move(options)), wake_(::eventfd(0, EFD_CLOEXEC)) {
  options_.data_directory = fs::absolute(options_.data_directory);
  cluster_ = options_.data_directory / "postgres";
  log_file_ = options_.data_directory / "postgres.log";
  if (!wake_) {
    throw Error(
        ErrorCode::kUnavailable,
        fmt::format("cannot watch PostgreSQL: {}: raise the limit of open files (ulimit -n)",
                    std::strerror(errno)));
  }
}

EmbeddedPostgres::~EmbeddedPostgres() { stop(); }

void EmbeddedPostgres::start(std::stop_token stop) {
  user_ = cluster_user(cluster_);
  const auto version = cluster_version(cluster_);
  binaries_ = find_postgres(version, options_.search);
  password_ = read_or_make_password(options_.data_directory / "postgres.password");
  rotate_log(log_file_);
  if (!version) make_cluster(password_);
  adopted_ = adopt(stop);
  if (!adopted_) launch(stop);
  make_database();
  spdlog::info("event=postgres_ready pid={} adopted={} version={} socket={}", postmaster_.load(),
               adopted_, binaries_.major, core::quoted(socket_directory_.string()));
  supervisor_ = std::thread([this] { supervise(); });
}

// A path that the cluster's user can follow: the plain one, or that of a descriptor which the child
// inherits.
std::string EmbeddedPostgres::directory_argument(const Fd& directory, const fs::path& path) const {
  if (!user_ || can_reach(*user_, options_.data_directory)) return path.string();
  return fmt::format("/proc/self/fd/{}", directory.get());
}

// Under a temporary name, so that an initdb that was killed leaves no half cluster behind.
void EmbeddedPostgres::make_cluster(const std::string& password) {
  const fs::path fresh = options_.data_directory / "postgres.new";
  fs::remove_all(fresh);
  if (::mkdir(fresh.c_str(), 0700) != 0 ||
      (user_ && ::chown(fresh.c_str(), user_->uid, user_->gid) != 0)) {
    throw Error(
        ErrorCode::kUnavailable,
        fmt::format("cannot make {}: {}: make room on that disk, and see that this user may "
                    "write there",
                    fresh.string(), std::strerror(errno)));
  }
  run_initdb(fresh, password);
  fs::rename(fresh, cluster_);
  ::fsync(open_directory(options_.data_directory).get());
}

// Throws Error(kUnavailable) with what it said.
void EmbeddedPostgres::run_initdb(const fs::path& fresh, const std::string& password) {
  const auto directory = open_directory(fresh);
  const auto secret = secret_file(password);
  const auto log = open_log(log_file_);
  const auto before = log_size(log_file_);
  SpawnOptions options;
  options.arguments = {binaries_.initdb.string(),
                       "-D",
                       directory_argument(directory, fresh),
                       "-U",
                       std::string(kDatabase),
                       "-A",
                       "scram-sha-256",
                       fmt::format("--pwfile=/proc/self/fd/{}", secret.get()),
                       "-E",
                       "UTF8",
                       "--no-locale",
                       "--data-checksums"};
  options.user = user_;
  options.output = log.get();
  options.inherited = {directory.get(), secret.get()};
  auto process = Process::spawn(options);
  const bool ended = process.wait_for(options_.start_timeout);
  if (!ended) {
    process.signal(SIGKILL);
    process.wait_for(5s);
  }
  if (!ended || process.exit_code() != 0) {
    throw Error(ErrorCode::kUnavailable,
                fmt::format("initdb failed in {}: {} (all of it in {})", fresh.string(),
                            ended ? reason_in_log(log_file_, before) : "it took too long",
                            log_file_.string()));
  }
}

bool EmbeddedPostgres::adopt(std::stop_token stop) {
  const auto file = read_postmaster_file(cluster_);
  if (!file) return false;
  auto process = find_postmaster(cluster_, *file);
  if (!process) {
    remove_socket_directory(file->socket_directory);
    return false;
  }
  socket_directory_ = file->socket_directory;
  port_ = file->port;
  keep(std::move(*process));
  const auto socket = socket_directory_ / fmt::format(".s.PGSQL.{}", port_);
  if (fs::exists(socket) && wait_ready(stop) == Readiness::kReady) return true;
  // It was on its way down, or its socket is gone: not of use to anybody.
  spdlog::warn("event=postgres_unreachable pid={} action=restart", postmaster_.load());
  stop_postmaster(*process_);
  remove_socket_directory(socket_directory_);
  socket_directory_.clear();
  port_ = 5432;
  return false;
}

// Waits for what a dead postmaster left behind: backends that still hold its shared memory.
void EmbeddedPostgres::settle(std::stop_token stop) {
  const auto until = std::chrono::steady_clock::now() + options_.orphan_timeout;
  for (auto left = processes_of(cluster_); !left.empty(); left = processes_of(cluster_)) {
    if (stop.stop_requested()) return;
    if (std::chrono::steady_clock::now() > until) {
      for (const auto pid : left) ::kill(pid, SIGKILL);
    }
    std::this_thread::sleep_for(kPoll);
  }
  // The number in its lock files may belong to another program by now, or to a dead process that
  // nobody has reaped: either would stop PostgreSQL from starting.
  std::error_code ignored;
  fs::remove(cluster_ / "postmaster.pid", ignored);
  if (socket_directory_.empty()) return;
  const auto socket = fmt::format(".s.PGSQL.{}", port_);
  fs::remove(socket_directory_ / socket, ignored);
  fs::remove(socket_directory_ / (socket + ".lock"), ignored);
}

Process EmbeddedPostgres::spawn_postmaster() {
  const auto directory = open_directory(cluster_);
  const auto log = open_log(log_file_);
  SpawnOptions options;
  options.arguments = {binaries_.postgres.string(),
                       "-D",
                       directory_argument(directory, cluster_),
                       "-k",
                       socket_directory_.string(),
                       "-p",
                       std::to_string(port_)};
  for (const auto& setting : settings()) {
    options.arguments.push_back("-c");
    options.arguments.push_back(setting);
  }
  options.user = user_;
  options.output = log.get();
  options.inherited = {directory.get()};
  return Process::spawn(options);
}

void EmbeddedPostgres::launch(std::stop_token stop) {
  settle(stop);
  if (stop.stop_requested())
    throw Error(ErrorCode::kUnavailable, "stopped before PostgreSQL was up");
  if (socket_directory_.empty()) socket_directory_ = make_socket_directory(user_);
  const auto before = log_size(log_file_);
  keep(spawn_postmaster());
  switch (wait_ready(stop)) {
    case Readiness::kReady:
      return;
    case Readiness::kEnded:
      throw Error(ErrorCode::kUnavailable,
                  fmt::format("PostgreSQL did not start: {} (more in {})",
                              reason_in_log(log_file_, before), log_file_.string()));
    case Readiness::kUnreachable:
      stop_postmaster(*process_);
      postmaster_ = 0;
      throw Error(ErrorCode::kUnavailable,
                  fmt::format("PostgreSQL was not ready within {} s: see {}",
                              options_.start_timeout.count(), log_file_.string()));
  }
}

EmbeddedPostgres::Readiness EmbeddedPostgres::wait_ready(std::stop_token stop) {
  const auto until = std::chrono::steady_clock::now() + options_.start_timeout;
  const auto target = connection_to("postgres");
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < until) {
    if (::PQping(target.c_str()) == PQPING_OK) return Readiness::kReady;
    if (process_->wait_for(kPoll)) {
      postmaster_ = 0;
      return Readiness::kEnded;
    }
  }
  return Readiness::kUnreachable;
}

void EmbeddedPostgres::make_database() {
  const Connection connection(connection_to("postgres"));
  if (::PQstatus(connection.handle) != CONNECTION_OK) {
    throw Error(ErrorCode::kUnavailable,
                "the embedded PostgreSQL refuses the connection: was "
                "postgres.password changed?",
                ::PQerrorMessage(connection.handle));
  }
  const auto run = [&](const std::string& sql) {
    PGresult* result = ::PQexec(connection.handle, sql.c_str());
    const auto status = ::PQresultStatus(result);
    const int rows = ::PQntuples(result);
    ::PQclear(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return rows;
    throw Error(ErrorCode::kUnavailable,
                fmt::format("cannot make the database: {}", ::PQerrorMessage(connection.handle)));
  };
  if (run(fmt::format("SELECT 1 FROM pg_database WHERE datname = '{}'", kDatabase)) == 0) {
    run(fmt::format("CREATE DATABASE {}", kDatabase));
  }
}

void EmbeddedPostgres::keep(Process process) {
  process_ = std::move(process);
  postmaster_ = process_->pid();
}

std::string EmbeddedPostgres::connection_to(std::string_view database) const {
  return fmt::format("host={} port={} user={} dbname={} password={} connect_timeout=5",
                     socket_directory_.string(), port_, kDatabase, database, password_);
}

std::string EmbeddedPostgres::connection_string() const { return connection_to(kDatabase); }

}  // namespace tracker::embedded
