#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "support/process/process.hpp"
#include "support/process/temp_directory.hpp"
#include "support/sdk_cli_program_test_paths.hpp"

namespace cli_test {

// The program `tracker` with a home directory of its own and, if given, a server.
class CommandLine {
 public:
  explicit CommandLine(std::string server = {}) : server_(std::move(server)) {}

  test_support::ProcessOptions command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), TRACKER);
    return {.command = std::move(arguments),
            .environment = {{"HOME", home().string()},
                            {"XDG_CONFIG_HOME", (home() / "config").string()},
                            {"TRACKER_DIR", (home() / "spools").string()},
                            {"TRACKER_URL", server_}},
            .directory = {}};
  }
  test_support::Result run(const std::vector<std::string>& arguments,
                           const std::string& input = {}) const {
    return test_support::run(command(arguments), input);
  }
  const std::filesystem::path& home() const { return directory_.path(); }

 private:
  std::string server_;
  test_support::TempDirectory directory_;
};

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace cli_test
