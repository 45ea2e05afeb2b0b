#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <functional>
#include <string>

// The command line `tracker`: a table of subcommands, each in a file of its own. A subcommand
// declares its options and, when it is the one that was asked for, sets `action`; nothing runs
// while arguments are being parsed.
namespace tracker::cli {

struct Program {
  CLI::App app{"Command line of the experiment tracker.", "tracker"};
  std::string server;           // --server, as given
  std::function<int()> action;  // of the subcommand; its exit code
};

// Exit codes of the program.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

void add_login(Program& program);
void add_log(Program& program);
void add_sync(Program& program);
void add_spool(Program& program);
void add_runs(Program& program);
void add_projects(Program& program);
void add_export(Program& program);
void add_deletion(Program& program);  // after add_runs and add_projects: adds to their commands
void add_run_edit(Program& program);  // likewise
void add_artifact(Program& program);
void add_media(Program& program);
void add_admin(Program& program);

// Parses, runs, and translates every failure into one line on stderr and an exit code.
int run_program(int argc, const char* const* argv);

}  // namespace tracker::cli
