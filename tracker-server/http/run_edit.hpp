#pragma once

#include "http/api.hpp"
#include "http/message.hpp"

// PATCH /api/v1/runs/{id}.
namespace tracker::http {

Response patch_run(const ApiContext& context, const Request& request);

}  // namespace tracker::http
