#pragma once

#include "http/api.hpp"
#include "http/message.hpp"

// GET /api/v1/runs/{id}/media, /api/v1/runs/{id}/media/{sha256} and /api/v1/media-keys.
namespace tracker::http {

Response get_media(const ApiContext& context, const Request& request);
// Which keys and types several runs have, and over which steps.
Response get_media_keys(const ApiContext& context, const Request& request);
Response get_media_content(const ApiContext& context, const Request& request);

}  // namespace tracker::http
