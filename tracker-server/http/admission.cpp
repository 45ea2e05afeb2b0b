#include "http/admission.hpp"

#include <tracker/error.hpp>

#include "auth/token.hpp"

namespace tracker::http {
namespace {

bool may_change(const Request& request) {
  return request.method != Method::kGet && request.method != Method::kHead;
}

}  // namespace

std::string session_cookie_name(const Request& request) {
  // Browsers take a cookie of that prefix from this host alone, over TLS, for all paths.
  return request.secure ? "__Host-tracker_session" : "tracker_session";
}

std::string cookie(const Request& request, const std::string& name) {
  auto rest = request.header("cookie");
  while (!rest.empty()) {
    const auto end = rest.find(';');
    auto pair = rest.substr(0, end);
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos && pair.substr(0, equals) == name)
      return std::string(pair.substr(equals + 1));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return {};
}

auth::Claim claim_of(const Request& request) {
  return {std::string(auth::bearer(request.header("authorization"))),
          cookie(request, session_cookie_name(request))};
}

auth::Origin origin_of(const Request& request) { return {request.client, request.id}; }

std::shared_ptr<auth::Guard> admit(auth::Gate& gate, const Request& request, auth::Needs needs) {
  auto guard =
      std::make_shared<auth::Guard>(gate.open(claim_of(request), needs, origin_of(request)));
  const auto& csrf = guard->who().csrf;
  if (!csrf.empty() && may_change(request) &&
      !auth::equal_in_constant_time(request.header("x-csrf-token"), csrf))
    throw Error(ErrorCode::kPermissionDenied,
                "the header X-CSRF-Token is missing or of another session: take it from GET "
                "/api/v1/session");
  return guard;
}

}  // namespace tracker::http
