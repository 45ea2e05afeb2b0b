#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/gate.hpp"
#include "http/message.hpp"

// From a method and a path to a handler.
namespace tracker::http {

// Where a handler may run: one that blocks (on the database) never runs on the thread that serves
// the sockets.
enum class Runs { kInline, kOnWorker };

using Handler = std::function<Response(const Request&)>;

struct Route {
  Method method = Method::kGet;
  std::string pattern;  // "/api/v1/runs/{id}/keys"; `{name}` is one non-empty segment
  auth::Needs needs;    // who may; has no default
  Runs runs = Runs::kOnWorker;
  Handler handler;
};

// Immutable after construction; any thread may ask. HEAD is served by the GET route.
class Router {
 public:
  // Throws Error(kInternal) if two routes have one method and pattern, or one that is not public
  // runs inline: who asks is found out in the database. `fallback` answers what is not under /api/.
  // `gate` must outlive it; without one only public routes can be used.
  Router(std::vector<Route> routes, Handler fallback, auth::Gate* gate = nullptr);

  // What a request meets. `route` is null for an answer that needs no handler: 404, 405, or the
  // fallback's.
  struct Match {
    const Route* route = nullptr;
    std::map<std::string, std::string> parameters;
    std::string allow;  // without a route: the methods that this path has, as `Allow` names them
  };
  // `path` is as sent: it is decoded segment by segment.
  Match match(Method method, std::string_view path) const;

  // The whole answer, with exceptions translated: the one edge of HTTP. Finds out who asks, and
  // whether they may. Sets `request.parameters` and `request.guard`.
  Response answer(Request& request, const Match& match) const;

  // The first half alone, for what goes on after its answer (a WebSocket): the refusal, or nothing.
  std::optional<Response> admit_to(Request& request, const Route& route) const;

  const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  void let_in(Request& request, const Route& route) const;
  Response judged(Request& request, const Route& route) const;

  std::vector<Route> routes_;  // sorted by pattern, then method
  Handler fallback_;
  auth::Gate* gate_;
};

}  // namespace tracker::http
