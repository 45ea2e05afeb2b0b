#pragma once

#include <vector>

#include "core/ids.hpp"
#include "http/message.hpp"

namespace tracker::http {

// Those of `?runs=ID,ID,…`, as they stand there. Throws Error(kInvalidArgument) for what is no id,
// and if there is none.
std::vector<core::RunId> run_ids_of(const Request& request);

// That of the path. Throws as well what the guard says to who may not see it.
core::RunId run_id_of(const Request& request);

}  // namespace tracker::http
