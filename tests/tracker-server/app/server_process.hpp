#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "embedded/process.hpp"

// tracker-server as a process, for tests.
namespace tracker::app {

// Looks again until it holds; false after a minute.
bool eventually(const std::function<bool()>& condition);

struct HttpAnswer {
  long status = 0;
  std::string body, etag;
};
// Absent if nobody answers. `ca`: the authority of an https address.
std::optional<HttpAnswer> http_get(const std::string& url, const std::filesystem::path& ca = {});
struct HttpPost {
  std::string url, json;
  std::vector<std::string> headers;  // "Name: value"
};
std::optional<HttpAnswer> http_post(const HttpPost& request);

class ServerProcess {
 public:
  // `arguments` besides --data-dir; ports are free ones unless given.
  ServerProcess(const std::filesystem::path& data_directory,
                const std::vector<std::string>& arguments = {});
  ~ServerProcess();  // SIGKILL, if it lives

  // Until server.json is there: its "http". Absent if the process ended instead.
  std::optional<std::string> wait_ready();
  void signal(int number) const { process_->signal(number); }
  // Exit code; absent if it does not end within a minute.
  std::optional<int> wait();
  std::string log() const;
  pid_t pid() const { return process_->pid(); }

 private:
  std::filesystem::path data_directory_, log_;
  std::optional<embedded::Process> process_;
};

}  // namespace tracker::app
