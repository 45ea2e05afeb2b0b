#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

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
  Runs runs = Runs::kOnWorker;
  Handler handler;
};

// Immutable after construction; any thread may ask. HEAD is served by the GET route.
class Router {
 public:
  // Throws Error(kInternal) if two routes have one method and pattern. `fallback` answers what is
  // not under /api/.
  Router(std::vector<Route> routes, Handler fallback);

  // What a request meets. `route` is null for an answer that needs no handler: 404, 405, or the
  // fallback's.
  struct Match {
    const Route* route = nullptr;
    std::map<std::string, std::string> parameters;
    std::string allow;  // without a route: the methods that this path has, as `Allow` names them
  };
  Match match(Method method, std::string_view path) const;

  // The whole answer, with exceptions translated: the one edge of HTTP. Sets `request.parameters`.
  Response answer(Request& request, const Match& match) const;

  const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  std::vector<Route> routes_;  // sorted by pattern, then method
  Handler fallback_;
};

}  // namespace tracker::http
