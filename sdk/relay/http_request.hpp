#pragma once

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

// One HTTP request to a tracker server, with the certificates that relay/trust.hpp believes.
// Blocks; any thread.
namespace tracker::relay {

struct HttpRequest {
  std::string url;
  std::string method = "GET";
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
  std::string cookie;  // "name=value" of Set-Cookie; empty if none came
};

// Whatever the status. Throws Error when there is no answer: kUnavailable, or kFailedPrecondition
// for what does not pass by itself (a certificate that is not believed, no TLS), with the remedy.
HttpAnswer send(const HttpRequest& request);

}  // namespace tracker::relay
