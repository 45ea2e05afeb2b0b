#pragma once

#include "http/api.hpp"

// /api/v1/session: docs/http-api.md, "Who asks".
namespace tracker::http {

Response get_session(const ApiContext& context, const Request& request);
Response log_in(const ApiContext& context, const Request& request);
Response log_out(const ApiContext& context, const Request& request);
Response change_password(const ApiContext& context, const Request& request);

}  // namespace tracker::http
