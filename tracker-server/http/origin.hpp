#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/message.hpp"

// Keeps foreign web pages away from a server that has no login. A page of another site can make the
// browser send requests to 127.0.0.1 (CSRF), and by pointing its own name there (DNS rebinding)
// even read the answers.
namespace tracker::http {

struct OriginPolicy {
  // Names the server answers to, besides localhost and loopback addresses; as core::host_name gives
  // them.
  std::vector<std::string> hosts;
  // Only the names above and loopback: for a server that listens on loopback.
  enum class Hosts { kKnownOnly, kAny } accept = Hosts::kKnownOnly;
};

// Absent if the request may pass, else the answer (403) that says why. `Host` is checked on every
// request; `Origin`, where the browser sends one, on those that change something or open a
// WebSocket: it must be the host itself.
std::optional<Response> refuse_foreign(const OriginPolicy& policy, const Request& request);

}  // namespace tracker::http
