#pragma once

#include "http/api.hpp"

// /api/v1/session and /api/v1/first-start: docs/http-api.md, "Who asks".
namespace tracker::http {

Response get_session(const ApiContext& context, const Request& request);
Response log_in(const ApiContext& context, const Request& request);
Response log_out(const ApiContext& context, const Request& request);
Response change_password(const ApiContext& context, const Request& request);
// The first admin, by the one-time link.
Response use_first_start(const ApiContext& context, const Request& request);

}  // namespace tracker::http
