#pragma once

#include <CLI/App.hpp>

#include "cli/program.hpp"

namespace tracker::cli {

// `tracker admin user|team|key|member|audit`: what speaks to the server and not to its store.
void add_access(Program& program, CLI::App& admin);

}  // namespace tracker::cli
