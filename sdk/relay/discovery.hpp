#pragma once

#include <chrono>
#include <stop_token>
#include <string>

// Finding a server's gRPC address from the one address that users give (docs/ingest-protocol.md,
// "Finding the server").
namespace tracker::relay {

struct Server {
  std::string url;     // as users see it: scheme, host, port, no slash at the end
  std::string target;  // "host:port" of gRPC
  bool tls = false;    // exactly when the address is https
  bool loopback = false;
  std::string version;  // what the server calls itself
};

struct DiscoverOptions {
  std::chrono::milliseconds timeout{5000};
  std::stop_token stop;  // ends the request within about a second
};

// The address in the one form used everywhere: `http://` if there is no scheme, lower-case host, no
// slash at the end. Throws Error(kInvalidArgument) if it is not an http or https address.
std::string normalize_url(const std::string& url);

// Asks the server. Blocks up to the timeout; may be called from any thread. Throws Error:
// kInvalidArgument for an address that is none, kUnavailable when nothing answers there or the
// answer is a passing failure (5xx), kFailedPrecondition when what answers is not a tracker server,
// its certificate is not believed (relay/trust.hpp), or only one side speaks TLS.
Server discover(const std::string& url, const DiscoverOptions& options = {});

}  // namespace tracker::relay
