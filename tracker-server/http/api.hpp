#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "auth/gate.hpp"
#include "core/clock.hpp"
#include "core/ids.hpp"
#include "http/router.hpp"
#include "http/static_files.hpp"
#include "metrics/registry.hpp"
#include "storage/database.hpp"

// The routes of docs/http-api.md. Handlers are plain functions; those that ask the database run on
// workers.
namespace tracker::artifacts {
class Downloads;
}

namespace tracker::http {

// What handlers need. References outlive the router.
struct ApiContext {
  storage::Database& database;
  const core::Clock& clock;
  const StaticFiles& dashboard;
  std::string version;
  std::int64_t started_us = 0;
  std::uint16_t grpc_port = 0;                  // set before the router is given to a server
  const metrics::Registry* metrics = nullptr;   // null: no /metrics
  const std::atomic<bool>* draining = nullptr;  // true: not ready any more; null: never
  // Told of a run that was deleted or brought back, on a worker; must not block and must not throw.
  std::function<void(core::RunId)> run_changed = {};  // null: nobody listens
  auth::Gate* gate = nullptr;                         // null: public routes alone can be used
  artifacts::Downloads* downloads = nullptr;          // null: no files of artifacts
};

Router make_router(const ApiContext& context);

}  // namespace tracker::http
