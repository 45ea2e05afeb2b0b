#pragma once

#include <CLI/App.hpp>

#include "cli/program.hpp"

namespace tracker::cli {

// `tracker admin audit`: who did what (docs/access.md, "Audit"), asked of a running server. Adds
// the subcommand to `admin`; its action uses `program` later, so it must outlive the parsing. The
// action throws as ApiClient does.
void add_audit(Program& program, CLI::App& admin);

}  // namespace tracker::cli
