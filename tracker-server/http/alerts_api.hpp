#pragma once

#include "http/api.hpp"
#include "http/message.hpp"

// GET /api/v1/runs/{id}/alerts.
namespace tracker::http {

Response get_alerts(const ApiContext& context, const Request& request);

}  // namespace tracker::http
