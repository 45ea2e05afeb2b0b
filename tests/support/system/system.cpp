#include "support/system/system.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>

#include "support/directories.hpp"

namespace test_support {
namespace {

const std::filesystem::path kPrograms = std::filesystem::path(TRACKER_BINARY_DIR) / "bin";

std::string address(std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); }

// First line of postmaster.pid; 0 when there is no cluster.
pid_t postmaster_pid(const std::filesystem::path& data) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(
           data, std::filesystem::directory_options::skip_permission_denied)) {
    if (entry.path().filename() != "postmaster.pid") continue;
    std::ifstream file(entry.path());
    pid_t pid = 0;
    file >> pid;
    return pid;
  }
  return 0;
}

}  // namespace

// Below the ports that the system gives to connections and to who asks for any: a server that is
// started again finds its own.
std::uint16_t free_port() {
  std::random_device random;
  std::uniform_int_distribution<int> ports(10'000, 32'000);
  for (int attempt = 0; attempt < 100; ++attempt) {
    const auto port = static_cast<std::uint16_t>(ports(random));
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(port);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool free = fd >= 0 && bind(fd, reinterpret_cast<sockaddr*>(&name), sizeof name) == 0;
    if (fd >= 0) close(fd);
    if (free) return port;
  }
  throw std::runtime_error("no free port");
}

System::System()
    : http_port_(free_port()), grpc_port_(free_port()), url_("http://" + address(http_port_)) {}

System::~System() {
  try {
    if (server_ && server_->running()) stop_server();
    if (const pid_t postgres = postmaster_pid(directory() / "server"); postgres > 0)
      ::kill(postgres, SIGQUIT);
  } catch (const std::exception&) {
    // The test has failed already; the processes die with their folder.
  }
}

void System::start_server(const std::vector<std::string>& more) {
  const auto data = directory() / "server";
  std::filesystem::create_directories(data);
  std::filesystem::remove(data / "server.json");
  std::vector<std::string> arguments = {"--data-dir",        data.string(),   "--listen",
                                        address(http_port_), "--grpc-listen", address(grpc_port_)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  ProcessOptions options = command("tracker-server", std::move(arguments));
  options.errors_to = directory() / "server.log";
  server_ = std::make_unique<Process>(options);
  wait_for_file(data / "server.json", *server_);
}

int System::stop_server() {
  server_->kill(SIGTERM);
  return server_->wait().code;
}

void System::kill_server() {
  server_->kill(SIGKILL);
  server_->wait();
}

void System::kill_postgres() {
  const pid_t pid = postmaster_pid(directory() / "server");
  if (pid <= 0 || ::kill(pid, SIGKILL) != 0) throw std::runtime_error("no postmaster to kill");
}

ProcessOptions System::command(const std::string& program,
                               std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), (kPrograms / program).string());
  return {.command = std::move(arguments),
          .environment = {{"TRACKER_URL", url_},
                          {"TRACKER_DIR", (directory() / "spool").string()},
                          {"XDG_CONFIG_HOME", (directory() / "config").string()}},
          .directory = directory()};
}

Result System::run(const std::string& program, std::vector<std::string> arguments,
                   const std::string& input) const {
  return test_support::run(command(program, std::move(arguments)), input,
                           std::chrono::seconds(300));
}

nlohmann::json System::runs(const std::string& project) const {
  const Result result = run("tracker", {"runs", "ls", "--project", project, "--json"});
  if (result.status.code != 0) throw std::runtime_error("tracker runs ls failed: " + result.errors);
  return nlohmann::json::parse(result.output);
}

nlohmann::json System::only_run(const std::string& project) const {
  const nlohmann::json all = runs(project);
  if (all.size() != 1) throw std::runtime_error("not one run: " + all.dump());
  return all[0];
}

std::vector<nlohmann::json> System::history(const std::string& id) const {
  const Result result = run("tracker", {"export", id, "--format", "jsonl"});
  if (result.status.code != 0) throw std::runtime_error("tracker export failed: " + result.errors);
  std::vector<nlohmann::json> rows;
  std::istringstream lines(result.output);
  for (std::string line; std::getline(lines, line);) rows.push_back(nlohmann::json::parse(line));
  return rows;
}

nlohmann::json System::await_run(const std::string& project,
                                 const std::function<bool(const nlohmann::json&)>& done) const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  std::string last = "nothing";
  while (std::chrono::steady_clock::now() < deadline) {
    // Each question is a process of its own, so asking again and again is no busy loop.
    const Result result = run("tracker", {"runs", "ls", "--project", project, "--json"});
    last = result.output + result.errors;
    if (result.status.code != 0) continue;
    const auto all = nlohmann::json::parse(result.output);
    if (all.size() == 1 && done(all[0])) return all[0];
  }
  throw std::runtime_error("the run of project " + project +
                           " never came to be as expected; last: " + last);
}

}  // namespace test_support
