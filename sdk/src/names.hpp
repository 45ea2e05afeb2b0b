#pragma once

#include <string>

namespace tracker {

// A readable run name: adjective-noun-number, such as "quiet-harbor-417". The same for the same id,
// so that the writers of one run agree.
std::string make_run_name(const std::string& run_id);

}  // namespace tracker
