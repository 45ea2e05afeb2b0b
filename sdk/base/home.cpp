#include "base/home.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace tracker::base {

std::filesystem::path home_directory() {
  if (const char* set = std::getenv("HOME"); set != nullptr && *set != '\0') return set;
  std::array<char, 16'384> texts{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, texts.data(), texts.size(), &found) != 0 ||
      found == nullptr || found->pw_dir == nullptr)
    return {};
  return found->pw_dir;
}

}  // namespace tracker::base
