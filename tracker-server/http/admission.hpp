#pragma once

#include <memory>
#include <string>

#include "auth/gate.hpp"
#include "http/message.hpp"

// From a request's headers to who makes it (docs/access.md). Blocks on the database.
namespace tracker::http {

// "tracker_session", under TLS "__Host-tracker_session".
std::string session_cookie_name(const Request& request);

// The value of a cookie; empty if the request has none of that name.
std::string cookie(const Request& request, const std::string& name);

auth::Claim claim_of(const Request& request);
auth::Origin origin_of(const Request& request);

// What auth::Gate::open says, and for a session that may change something its CSRF token. Throws
// Error: kUnauthenticated, kPermissionDenied, kUnavailable.
std::shared_ptr<auth::Guard> admit(auth::Gate& gate, const Request& request, auth::Needs needs);

}  // namespace tracker::http
