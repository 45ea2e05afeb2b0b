#pragma once

#include "http/api.hpp"
#include "http/message.hpp"

// GET /api/v1/runs/{id}/media and /api/v1/runs/{id}/media/{sha256}.
namespace tracker::http {

Response get_media(const ApiContext& context, const Request& request);
Response get_media_content(const ApiContext& context, const Request& request);

}  // namespace tracker::http
