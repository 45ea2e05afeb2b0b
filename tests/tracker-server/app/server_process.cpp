#include "app/server_process.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/directories.hpp"

namespace tracker::app {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string read_all(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::size_t append(char* data, std::size_t size, std::size_t count, void* target) {
  static_cast<std::string*>(target)->append(data, size * count);
  return size * count;
}

std::size_t take_etag(char* data, std::size_t size, std::size_t count, void* target) {
  const std::string line(data, size * count);
  if (line.starts_with("ETag: "))
    *static_cast<std::string*>(target) = line.substr(6, line.find('\r') - 6);
  return size * count;
}

std::optional<HttpAnswer> perform(const std::string& url, const HttpPost* post,
                                  const fs::path& ca) {
  CURL* handle = ::curl_easy_init();
  HttpAnswer answer;
  curl_slist* headers = nullptr;
  if (post != nullptr) {
    headers = ::curl_slist_append(headers, "Content-Type: application/json");
    for (const auto& header : post->headers) headers = ::curl_slist_append(headers, header.c_str());
    ::curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
    ::curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, post->json.c_str());
  }
  ::curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  ::curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, append);
  ::curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer.body);
  ::curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_etag);
  ::curl_easy_setopt(handle, CURLOPT_HEADERDATA, &answer.etag);
  if (!ca.empty()) ::curl_easy_setopt(handle, CURLOPT_CAINFO, ca.c_str());
  ::curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  ::curl_easy_setopt(handle, CURLOPT_TIMEOUT, 30L);
  ::curl_easy_setopt(handle, CURLOPT_NOPROXY, "*");
  const auto result = ::curl_easy_perform(handle);
  ::curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer.status);
  ::curl_slist_free_all(headers);
  ::curl_easy_cleanup(handle);
  if (result != CURLE_OK) return std::nullopt;
  return answer;
}

}  // namespace

bool eventually(const std::function<bool()>& condition) {
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < until) {
    if (condition()) return true;
    std::this_thread::yield();
  }
  return false;
}

std::optional<HttpAnswer> http_get(const std::string& url, const fs::path& ca) {
  return perform(url, nullptr, ca);
}

std::optional<HttpAnswer> http_post(const HttpPost& request) {
  return perform(request.url, &request, {});
}

ServerProcess::ServerProcess(const fs::path& data_directory,
                             const std::vector<std::string>& arguments)
    : data_directory_(data_directory) {
  static std::atomic<int> number{0};
  log_ = data_directory.parent_path() / ("server" + std::to_string(++number) + ".log");
  const embedded::Fd log(::open(log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  embedded::SpawnOptions options;
  options.arguments = {TRACKER_BINARY_DIR "/bin/tracker-server", "--data-dir",
                       data_directory.string()};
  const auto given = [&](const std::string& flag) {
    return std::find(arguments.begin(), arguments.end(), flag) != arguments.end();
  };
  for (const auto* flag : {"--listen", "--grpc-listen"}) {
    if (!given(flag)) options.arguments.insert(options.arguments.end(), {flag, "127.0.0.1:0"});
  }
  options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
  options.output = log.get();
  process_ = embedded::Process::spawn(options);
}

ServerProcess::~ServerProcess() {
  if (process_->exit_code()) return;
  process_->signal(SIGKILL);
  process_->wait_for(10s);
}

std::optional<std::string> ServerProcess::wait_ready() {
  std::string url;
  const bool known = eventually([&] {
    if (process_->wait_for(5ms)) return true;
    const auto content =
        nlohmann::json::parse(read_all(data_directory_ / "server.json"), nullptr, false);
    if (!content.is_object() || content.value("pid", 0) != pid()) return false;
    url = content.value("http", "");
    return true;
  });
  if (!known || url.empty()) return std::nullopt;
  return url;
}

std::optional<int> ServerProcess::wait() {
  process_->wait_for(60s);
  return process_->exit_code();
}

std::string ServerProcess::log() const { return read_all(log_); }

}  // namespace tracker::app
