#pragma once

#include "http/api.hpp"
#include "http/message.hpp"

// DELETE /api/v1/runs/{id} and POST /api/v1/runs/{id}/restore.
namespace tracker::http {

Response delete_run(const ApiContext& context, const Request& request);
Response restore_run(const ApiContext& context, const Request& request);

}  // namespace tracker::http
