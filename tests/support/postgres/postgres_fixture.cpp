#include "support/postgres/postgres_fixture.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tracker::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kStartLimit{20};

fs::path postgres_programs() {
  std::vector<fs::path> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none))
    if (fs::exists(entry.path() / "bin/postgres")) found.push_back(entry.path() / "bin");
  if (found.empty())
    throw std::runtime_error("no PostgreSQL under /usr/lib/postgresql: run scripts/setup");
  return *std::max_element(found.begin(), found.end());
}

const passwd* unprivileged_user() {
  const passwd* user = ::getpwnam("postgres");
  return user != nullptr ? user : ::getpwnam("nobody");
}

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

bool answers(const std::string& dsn) { return PQping(dsn.c_str()) == PQPING_OK; }

}  // namespace

PostgresCluster& PostgresCluster::instance() {
  static PostgresCluster cluster(Durability::kNone);
  return cluster;
}

PostgresCluster::PostgresCluster(Durability durability, const fs::path& parent,
                                 Environment environment)
    : durability_(durability), environment_(std::move(environment)) {
  std::string name = (parent / "pgt-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary directory");
  root_ = name;
  if (::geteuid() == 0 &&
      ::chown(name.c_str(), unprivileged_user()->pw_uid, unprivileged_user()->pw_gid) != 0)
    throw std::runtime_error("cannot give " + name + " to an unprivileged user");
  run(as_user() + (postgres_programs() / "initdb").string() + " -D " + (root_ / "data").string() +
      " -U tracker -A trust -E UTF8 --no-locale --no-sync");
  launch();
}

PostgresCluster::~PostgresCluster() {
  stop(SIGINT);
  std::error_code none;
  fs::remove_all(root_, none);
}

std::string PostgresCluster::as_user() const {
  if (::geteuid() != 0) return {};
  const passwd* user = unprivileged_user();
  return "setpriv --pdeathsig INT --reuid=" + std::to_string(user->pw_uid) +
         " --regid=" + std::to_string(user->pw_gid) + " --clear-groups ";
}

std::string PostgresCluster::run(const std::string& command) const {
  const fs::path log = root_ / "initdb.log";
  if (std::system(("cd / && " + command + " >" + log.string() + " 2>&1").c_str()) != 0)
    throw std::runtime_error(command + " failed: " + text_of(log));
  return text_of(log);
}

void PostgresCluster::launch() {
  std::string command = "cd / && exec env ";
  for (const auto& [name, value] : environment_) command += name + "='" + value + "' ";
  command += as_user() + (postgres_programs() / "postgres").string() + " -D " +
             (root_ / "data").string() + " -k " + root_.string() +
             " -c listen_addresses= -c max_connections=64 -c shared_buffers=256MB -c "
             "log_min_messages=fatal";
  if (durability_ == Durability::kNone) command += " -c fsync=off -c full_page_writes=off";
  const fs::path log = root_ / "postgres.log";
  pid_ = ::fork();
  if (pid_ == 0) {
    const int out = ::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
    ::dup2(out, 1);
    ::dup2(out, 2);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  const auto limit = Clock::now() + kStartLimit;
  while (!answers(dsn("postgres"))) {
    if (Clock::now() > limit || !running())
      throw std::runtime_error("PostgreSQL does not start: " + text_of(log));
    std::this_thread::sleep_for(
        std::chrono::milliseconds(10));  // another program's start has no other signal
  }
}

void PostgresCluster::stop(int signal) {
  if (pid_ <= 0) return;
  ::kill(pid_, signal);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void PostgresCluster::crash_and_restart() {
  stop(SIGKILL);
  start();
}

bool PostgresCluster::running() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ > 0;
}

void PostgresCluster::start() {
  const auto limit = Clock::now() + kStartLimit;
  for (;;) {  // backends of the dead postmaster hold its shared memory for a moment
    try {
      return launch();
    } catch (const std::runtime_error&) {
      if (Clock::now() > limit) throw;
    }
  }
}

std::string PostgresCluster::dsn(const std::string& database) const {
  return "host=" + root_.string() + " user=tracker dbname=" + database;
}

std::string PostgresCluster::fresh_database() {
  const std::string name = "test_" + std::to_string(next_database_++);
  const std::unique_ptr<PGconn, void (*)(PGconn*)> connection(PQconnectdb(dsn("postgres").c_str()),
                                                              PQfinish);
  const std::unique_ptr<PGresult, void (*)(PGresult*)> result(
      PQexec(connection.get(), ("CREATE DATABASE " + name).c_str()), PQclear);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK)
    throw std::runtime_error(PQerrorMessage(connection.get()));
  return dsn(name);
}

}  // namespace tracker::test
