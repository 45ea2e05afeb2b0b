#pragma once

#include "http/api.hpp"
#include "http/message.hpp"

// GET /api/v1/runs/{id}/alerts: docs/http-api.md. For viewers of the run's project; 404 for a run
// that is not there or may not be seen, 400 for a limit that is none. Newest first. On a worker;
// blocks on the database.
namespace tracker::http {

Response get_alerts(const ApiContext& context, const Request& request);

}  // namespace tracker::http
