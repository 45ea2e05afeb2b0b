#pragma once

#include <string>

namespace tracker {

// A readable run name: adjective-noun-number, such as "quiet-harbor-417".
std::string make_run_name();

}  // namespace tracker
