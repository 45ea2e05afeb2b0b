#pragma once

namespace trainer::cli {

// The whole program: parses, runs the command, and turns what goes wrong into one line on stderr.
// Returns the exit code: 0 done, 1 failed or stopped, 2 wrong usage.
int run(int argc, const char* const* argv);

}  // namespace trainer::cli
