#include "http/router.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <tuple>

#include "core/log_text.hpp"
#include "http/admission.hpp"

namespace tracker::http {
namespace {

// What stands between the slashes of a path that begins with one.
std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    out.push_back(path.substr(0, path.find('/')));
    path.remove_prefix(out.back().size());
  }
  return out;
}

// Absent where an escape is wrong.
std::optional<std::vector<std::string>> decoded_segments(std::string_view path) {
  std::vector<std::string> out;
  for (const auto segment : segments_of(path)) {
    auto decoded = percent_decoded(segment);
    if (!decoded) return std::nullopt;
    out.push_back(std::move(*decoded));
  }
  return out;
}

std::optional<std::map<std::string, std::string>> match_pattern(
    std::string_view pattern, const std::vector<std::string>& path) {
  const auto wanted = segments_of(pattern);
  if (wanted.size() != path.size()) return std::nullopt;
  std::map<std::string, std::string> parameters;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto name = wanted[i];
    if (name.size() > 2 && name.front() == '{' && name.back() == '}') {
      if (path[i].empty()) return std::nullopt;
      parameters.emplace(name.substr(1, name.size() - 2), path[i]);
    } else if (name != path[i]) {
      return std::nullopt;
    }
  }
  return parameters;
}

// A GET route serves HEAD as well.
std::string name_of(Method method) {
  switch (method) {
    case Method::kGet:
    case Method::kHead:
      return "GET, HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOther:
      break;
  }
  throw Error(ErrorCode::kInternal, "a route for no method");
}

template <class Answer>
Response guarded(const Answer& answer, const Request& request) {
  try {
    return answer();
  } catch (const Error& error) {
    auto response = error_response(error.code(), error.what());
    if (response.status >= 500) {
      spdlog::warn("event=http_error id={} path={} status={} error={} detail={}", request.id,
                   core::quoted(request.path), response.status, core::quoted(error.what()),
                   core::quoted(error.detail()));
    }
    if (response.status == 503) response.headers.emplace_back("Retry-After", "1");
    if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
  } catch (const nlohmann::json::exception& error) {
    return error_response(
        ErrorCode::kInvalidArgument,
        fmt::format("the request's JSON is not what is expected: {}", error.what()));
  } catch (const std::exception& error) {
    spdlog::error("event=http_error id={} path={} status=500 error={}", request.id,
                  core::quoted(request.path), core::quoted(error.what()));
    return error_response(ErrorCode::kInternal, "internal error: see the server's log");
  }
}

}  // namespace

Router::Router(std::vector<Route> routes, Handler fallback, auth::Gate* gate)
    : routes_(std::move(routes)), fallback_(std::move(fallback)), gate_(gate) {
  const auto key = [](const Route& route) { return std::tie(route.pattern, route.method); };
  std::sort(routes_.begin(), routes_.end(),
            [&](const Route& a, const Route& b) { return key(a) < key(b); });
  for (const auto& route : routes_)
    if (route.needs.access != auth::Access::kPublic && route.runs == Runs::kInline)
      throw Error(ErrorCode::kInternal, fmt::format("{} cannot run inline", route.pattern));
  const auto twice =
      std::adjacent_find(routes_.begin(), routes_.end(),
                         [&](const Route& a, const Route& b) { return key(a) == key(b); });
  if (twice != routes_.end()) {
    throw Error(ErrorCode::kInternal, fmt::format("two routes for {}", twice->pattern));
  }
}

Router::Match Router::match(Method method, std::string_view path) const {
  const auto wanted = method == Method::kHead ? Method::kGet : method;
  Match result;
  std::string others;
  bool named = false;
  const auto segments = decoded_segments(path);
  if (!segments) return result;
  for (const auto& route : routes_) {
    auto parameters = match_pattern(route.pattern, *segments);
    if (!parameters) continue;
    // A path that has a name of its own (it sorts before `{…}`) is no value of a parameter.
    if (!parameters->empty() && named) continue;
    named = named || parameters->empty();
    if (route.method != wanted) {
      others.append(others.empty() ? "" : ", ").append(name_of(route.method));
      continue;
    }
    result.route = &route;
    result.parameters = std::move(*parameters);
    return result;
  }
  result.allow = std::move(others);
  return result;
}

Response Router::answer(Request& request, const Match& match) const {
  if (match.route != nullptr) {
    request.parameters = match.parameters;
    return guarded([&] { return judged(request, *match.route); }, request);
  }
  const bool readable = request.method == Method::kGet || request.method == Method::kHead;
  const bool page = request.path.rfind("/api/", 0) != 0;
  if (!match.allow.empty() || (page && !readable)) {
    auto refusal = error_response(405, "method_not_allowed",
                                  fmt::format("{} does not take this method", request.path));
    refusal.headers.emplace_back("Allow",
                                 match.allow.empty() ? name_of(Method::kGet) : match.allow);
    return refusal;
  }
  if (!page) {
    return error_response(ErrorCode::kNotFound, fmt::format("no route {}", request.path));
  }
  return guarded([&] { return fallback_(request); }, request);
}

void Router::let_in(Request& request, const Route& route) const {
  if (route.needs.access == auth::Access::kPublic) return;
  if (gate_ == nullptr) throw Error(ErrorCode::kInternal, "a route without a gate");
  request.guard = admit(*gate_, request, route.needs);
}

Response Router::judged(Request& request, const Route& route) const {
  let_in(request, route);
  auto response = route.handler(request);
  if (request.guard && !request.guard->satisfied())
    throw Error(ErrorCode::kInternal,
                fmt::format("{} answered without a look at the project", route.pattern));
  return response;
}

std::optional<Response> Router::admit_to(Request& request, const Route& route) const {
  std::optional<Response> refusal;
  const auto answer = [&] {
    let_in(request, route);
    return Response{};
  };
  auto response = guarded(answer, request);
  if (!request.guard) refusal = std::move(response);
  return refusal;
}

}  // namespace tracker::http
