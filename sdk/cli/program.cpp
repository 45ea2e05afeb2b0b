#include "cli/program.hpp"

#include <CLI/Error.hpp>
#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>

#include <tracker/error.hpp>

#include "cli/output.hpp"
#include "cli/text.hpp"
#include "relay/trust.hpp"

namespace tracker::cli {
namespace {

constexpr std::array kSubcommands = {add_login,    add_log,      add_sync,   add_spool,
                                     add_runs,     add_projects, add_export, add_deletion,
                                     add_run_edit, add_artifact, add_media,  add_admin};

// A message may hold what a server or a file said.
void complain(const std::string& what) {
  std::fprintf(stderr, "tracker: %s\n", printable(what).c_str());
}

// "tracker runs ls": the command that was meant, as far as it was understood.
std::string meant(const CLI::App& app) {
  std::string path = app.get_name();
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? path : path + ' ' + meant(*chosen.front());
}

std::string first_line(std::string text) { return text.substr(0, text.find('\n')); }

int usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string what = first_line(error.what());
  const auto left = app.remaining(true);
  // What was not understood explains what is missing, so it comes first.
  if (!left.empty()) {
    const bool option = left.front().size() > 1 && left.front()[0] == '-';
    what = (option ? "unknown option " : "unexpected argument ") + left.front();
  }
  complain(what + " (see `" + meant(app) + " --help`)");
  return kUsage;
}

int run_action(const Program& program) {
  try {
    return program.action();
  } catch (const OutputClosed&) {
    return kDone;  // whoever read our output had enough
  } catch (const Error& error) {
    complain(error.what());
  } catch (const std::exception& error) {
    complain(std::string("internal error: ") + error.what());
  }
  return kFailed;
}

}  // namespace

int run_program(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);
  Program program;
  program.app.require_subcommand(1);
  program.app.fallthrough();  // so that --server may stand behind the subcommand
  program.app
      .add_option("--server", program.server,
                  "address of the server (else $TRACKER_URL, else that of `tracker login`, else "
                  "http://127.0.0.1:8080)")
      ->type_name("URL");
  program.app
      .add_option_function<std::string>(
          "--ca-file", relay::set_ca_file,
          "authorities to believe instead of the system's, for an https address (else "
          "$TRACKER_CA_FILE)")
      ->type_name("FILE");
  program.app.set_version_flag("--version", TRACKER_VERSION);
  for (const auto& add : kSubcommands) add(program);
  try {
    program.app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    return program.app.exit(wanted, std::cout, std::cerr) == 0 ? kDone : kFailed;
  } catch (const CLI::ParseError& error) {
    return usage_error(program.app, error);
  }
  return run_action(program);
}

}  // namespace tracker::cli
