#pragma once

#include <spdlog/spdlog.h>

#include <memory>
#include <optional>

#include "http/api.hpp"
#include "world.hpp"

// That world behind the HTTP API, asked without a socket. Logs nothing.
namespace tracker::http {

class ApiWorld : public auth::World {
 protected:
  void SetUp() override {
    spdlog::set_level(spdlog::level::off);
    World::SetUp();
    auto& downloads = files.emplace(*database, nullptr);
    context = std::make_unique<ApiContext>(ApiContext{.database = *database,
                                                      .clock = clock,
                                                      .dashboard = none,
                                                      .version = "test",
                                                      .metrics = &metrics,
                                                      .gate = gate.get(),
                                                      .downloads = &downloads});
    router = std::make_unique<Router>(make_router(*context));
  }
  Response answer(Request request) {
    return router->answer(request, router->match(request.method, request.path));
  }

  const StaticFiles none{"/nonexistent"};
  metrics::Registry metrics;
  std::optional<artifacts::Downloads> files;
  std::unique_ptr<ApiContext> context;
  std::unique_ptr<Router> router;
};

}  // namespace tracker::http
