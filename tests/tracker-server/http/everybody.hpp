#pragma once

#include "auth/gate.hpp"
#include "core/clock.hpp"
#include "http/router.hpp"
#include "storage/database.hpp"

namespace tracker::http {

// A gate that lets everybody do everything, and asks no database for it.
struct Everybody {
  storage::Database database{{.dsn = "never connected"}};
  core::SystemClock clock{};
  auth::Gate gate{database, clock, auth::Anonymous::kAlways};
};

// The address of the live socket, as the server's table has it.
inline Route live_route() {
  return {Method::kGet, "/api/v1/live", auth::Access::kSignedIn, Runs::kOnWorker,
          [](const Request&) { return text_response(400, "a socket"); }};
}

}  // namespace tracker::http
