#pragma once

#include <cstdint>
#include <string>

#include "core/clock.hpp"
#include "http/router.hpp"
#include "http/static_files.hpp"
#include "storage/database.hpp"

// The routes of docs/http-api.md. Handlers are plain functions; those that ask the database run on
// workers.
namespace tracker::http {

// What handlers need. References outlive the router.
struct ApiContext {
  storage::Database& database;
  const core::Clock& clock;
  const StaticFiles& dashboard;
  std::string version;
  std::int64_t started_us = 0;
  std::uint16_t grpc_port = 0;  // set before the router is given to a server
};

Router make_router(const ApiContext& context);

}  // namespace tracker::http
