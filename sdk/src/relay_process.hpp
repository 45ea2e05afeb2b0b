#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tracker {

// Where one of our programs is: `configured` if set, else beside this program, else in $PATH.
// Nothing if there is none.
std::optional<std::filesystem::path> find_program(const char* name,
                                                  const std::filesystem::path& configured);

struct RelayCommand {
  std::filesystem::path program;
  std::filesystem::path spool;  // the writer's directory
  std::string server;
};

// Starts `program --spool DIR --server URL --parent PID` as a process that is not our child: in a
// session of its own, so that Ctrl-C does not reach it, and adopted by init, so that the program's
// own wait() never sees it. It has none of our descriptors (a pipe we write to ends with us); its
// stderr is DIR/relay.log. 0 or an errno value.
int start_relay(const RelayCommand& command);

}  // namespace tracker
