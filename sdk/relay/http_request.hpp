#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

// One HTTP request, to a tracker server or another host, with the certificates that relay/trust.hpp
// believes. Blocks; any thread.
namespace tracker::relay {

struct HttpRequest {
  // Whose certificates are believed: those of our own server's authority, or also those that the
  // system believes.
  enum class Peer { kTracker, kOther };
  enum class Redirects { kReport, kFollow };  // kFollow: up to five, http and https only

  std::string url;
  std::string method = "GET";
  Peer peer = Peer::kTracker;
  Redirects redirects = Redirects::kReport;
  std::vector<std::string> headers{};  // "Name: value"
  std::string body{};                  // of a method that has one
  bool loopback = false;               // a proxy of the environment cannot reach it: none is used
  std::chrono::milliseconds timeout{5'000};
  std::size_t most_bytes = 64 * 1024;  // of the answer's body; a longer one is cut to nothing
  std::stop_token stop{};              // ends the request within about a second
};

struct HttpAnswer {
  long status = 0;
  std::string body;
  std::map<std::string, std::string> headers;  // names in lower case; of several the last

  // Empty if it did not come.
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

// Whatever the status. Throws Error when there is no answer: kUnavailable, or kFailedPrecondition
// for what does not pass by itself (a certificate that is not believed, no TLS), with the remedy.
HttpAnswer send(const HttpRequest& request);

}  // namespace tracker::relay
