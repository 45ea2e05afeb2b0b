#pragma once

#include "http/api.hpp"
#include "http/message.hpp"

// Handlers of the run query: /api/v1/runs, /api/v1/runs/facets, /api/v1/runs/groups. A text that is
// not of the language is answered with its place (docs/http-api.md).
namespace tracker::http {

Response get_runs(const ApiContext& context, const Request& request);
Response get_run_facets(const ApiContext& context, const Request& request);
Response get_run_groups(const ApiContext& context, const Request& request);

}  // namespace tracker::http
