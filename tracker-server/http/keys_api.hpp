#pragma once

#include "http/api.hpp"

namespace tracker::http {

// GET /api/v1/keys?runs=ID,ID,…
Response get_keys_of_runs(const ApiContext& context, const Request& request);

}  // namespace tracker::http
