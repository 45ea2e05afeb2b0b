#pragma once

#include <string>

namespace tracker::base {

// Random UUID (version 4) in text form. Throws Error(kInternal) if the kernel gives no random
// numbers.
std::string make_uuid();

}  // namespace tracker::base
