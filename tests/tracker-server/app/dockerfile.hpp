#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tracker::app {

// A Dockerfile as its instructions, comments left out and continued lines joined.
class Dockerfile {
 public:
  struct Instruction {
    std::string name, text;
    std::vector<std::string> words;
  };

  explicit Dockerfile(const std::filesystem::path& file);

  const std::vector<Instruction>& instructions() const { return instructions_; }
  // Text of the last instruction of that name.
  std::string last(const std::string& name) const;
  // What each `apt-get install` installs.
  std::vector<std::set<std::string>> packages() const;

 private:
  std::vector<Instruction> instructions_;
};

// The shared libraries a program names itself, with the Debian package each comes from.
std::map<std::string, std::string> linked_libraries(const std::filesystem::path& program);

}  // namespace tracker::app
