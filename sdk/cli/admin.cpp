#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include <tracker/error.hpp>

#include "cli/access.hpp"
#include "cli/program.hpp"
#include "relay/trust.hpp"

// `tracker admin …`: what speaks to a server is here (cli/access.hpp); everything else is the
// program tracker-admin, which comes with the server: it lies beside this one, or in $PATH.
namespace tracker::cli {
namespace {

namespace fs = std::filesystem;
constexpr const char* kProgram = "tracker-admin";

int become(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  std::string name = kProgram;
  argv.push_back(name.data());
  std::vector<std::string> copy = arguments;
  for (std::string& argument : copy) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / kProgram;
  ::execv(beside.c_str(), argv.data());
  if (errno == ENOENT) ::execvp(kProgram, argv.data());
  if (errno == ENOENT)
    throw Error(ErrorCode::kNotFound,
                "tracker-admin is neither beside tracker nor in $PATH: it comes with the server; "
                "run this on the server's machine");
  throw Error(ErrorCode::kUnavailable,
              std::string("cannot run tracker-admin: ") + std::strerror(errno));
}

}  // namespace

void add_admin(Program& program) {
  auto* admin = program.app.add_subcommand(
      "admin",
      "Users, teams, keys, members and the audit log; check, back up and restore the store.");
  admin->footer(
      "On the server's machine also check, backup, restore, shrink and rescue: see `tracker admin "
      "check --help`.");
  admin->fallthrough(false);  // the arguments of tracker-admin are its own
  admin->prefix_command();
  // Of the commands below, which cannot get at those of the program.
  admin->add_option("--server", program.server, "address of the server")->type_name("URL");
  admin
      ->add_option_function<std::string>("--ca-file", relay::set_ca_file,
                                         "authorities to believe instead of the system's")
      ->type_name("FILE");
  add_access(program, *admin);
  admin->callback([&program, admin] {
    if (!admin->get_subcommands().empty()) return;
    if (admin->remaining().empty())
      throw CLI::RequiredError::Option(1, 1, 0, "user, team, key, member, audit, check, …");
    program.action = [admin] { return become(admin->remaining()); };
  });
}

}  // namespace tracker::cli
