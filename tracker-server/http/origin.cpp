#include "http/origin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>

#include "core/host_name.hpp"

namespace tracker::http {
namespace {

bool is_upgrade(const Request& request) {
  return boost::algorithm::icontains(request.header("upgrade"), "websocket");
}

}  // namespace

std::optional<Response> refuse_foreign(const OriginPolicy& policy, const Request& request) {
  const auto host = core::host_name(request.header("host"));
  const bool known =
      core::is_loopback_name(host) ||
      std::find(policy.hosts.begin(), policy.hosts.end(), host) != policy.hosts.end();
  if (policy.accept == OriginPolicy::Hosts::kKnownOnly && !known) {
    return error_response(ErrorCode::kPermissionDenied,
                          fmt::format("this server does not answer to the name `{}`: start it with "
                                      "--allow-host {} if that is its name",
                                      host, host));
  }
  const bool harmless =
      (request.method == Method::kGet || request.method == Method::kHead) && !is_upgrade(request);
  const auto origin = request.header("origin");
  if (harmless || origin.empty()) return std::nullopt;
  const auto scheme = origin.find("://");
  if (scheme != std::string_view::npos &&
      boost::algorithm::iequals(origin.substr(scheme + 3), request.header("host"))) {
    return std::nullopt;
  }
  return error_response(ErrorCode::kPermissionDenied,
                        "requests from pages of another origin are refused");
}

}  // namespace tracker::http
