#pragma once

#include <string>

namespace tracker::cli {

// A line that nobody looking on should see: asked for on the terminal, without echo; where standard
// input is no terminal, its first line. Throws Error(kFailedPrecondition) when none comes.
std::string read_secret(const std::string& question);

// Can somebody be asked?
bool has_terminal();

}  // namespace tracker::cli
