#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

#include <tracker/error.hpp>

#include "cli/program.hpp"

// `tracker admin …` is the program tracker-admin, which comes with the server: it lies beside this
// one, or in $PATH.
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
      "admin", "Check, back up and restore the store, on the server's machine.");
  admin->fallthrough(false);
  admin->set_help_flag();  // tracker-admin has its own
  admin->prefix_command();
  admin->callback(
      [&program, admin] { program.action = [admin] { return become(admin->remaining()); }; });
}

}  // namespace tracker::cli
