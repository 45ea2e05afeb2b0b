#pragma once

#include <string>

namespace tracker::cli {

enum class Confirmed { kAsk, kYes };  // --yes

// Asks on the terminal, and returns when the answer is yes. Throws Error(kFailedPrecondition) when
// it is not, and when nobody can be asked (standard input is no terminal) and --yes was not given.
void confirm(const std::string& question, Confirmed confirmed);

}  // namespace tracker::cli
