#pragma once

#include <CLI/App.hpp>

#include "cli/program.hpp"

namespace tracker::cli {

// `tracker admin user|team|key|member|audit` (docs/access.md): what asks a running server, through
// its HTTP API and with the rights of one's own key; the other commands of `admin` open its store.
// Adds the subcommands to `admin`; their actions use `program` later, so it must outlive the
// parsing. An action throws as ApiClient does.
void add_access(Program& program, CLI::App& admin);

}  // namespace tracker::cli
