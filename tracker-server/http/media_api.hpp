#pragma once

#include "http/api.hpp"
#include "http/message.hpp"

// GET /api/v1/runs/{id}/media, /api/v1/runs/{id}/media/{sha256} and /api/v1/media-keys:
// docs/http-api.md. For viewers of the run's project; 404 for a run or content that is not there,
// may not be seen, or was taken back by a rewind; 400 for a step, limit or cursor that is none. On
// a worker; they block on the database.
namespace tracker::http {

// A page of at most 1,000 rows; contents of texts and JSON, if asked for, up to 4 MiB together.
Response get_media(const ApiContext& context, const Request& request);
// Which keys and types several runs have, and over which steps.
Response get_media_keys(const ApiContext& context, const Request& request);
// One content, of at most 1,000,000 bytes. What could run in a page is sent to be saved.
Response get_media_content(const ApiContext& context, const Request& request);

}  // namespace tracker::http
