#include "artifact/paths.hpp"

#include <algorithm>
#include <cctype>

#include "base/utf8.hpp"

namespace tracker::artifact {
namespace {

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

std::optional<std::string> component_defect(std::string_view name) {
  if (name.empty()) return "has an empty component";
  if (name == "." || name == "..") return "has a component `" + std::string(name) + "`";
  if (name.size() > kMaxNameBytes) return "has a component of more than 255 bytes";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> path_defect(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.size() > kMaxPathBytes) return "has more than 1,024 bytes";
  if (path.front() == '/') return "is absolute";
  if (!base::is_utf8(path)) return "is not UTF-8";
  if (std::any_of(path.begin(), path.end(), is_control)) return "has a control character";
  if (path.find('\\') != std::string_view::npos) return "has a backslash";
  if (path.size() > 1 && path[1] == ':' && std::isalpha(static_cast<unsigned char>(path[0])))
    return "begins with the name of a drive";
  for (std::size_t from = 0;;) {
    const auto slash = path.find('/', from);
    if (auto defect = component_defect(path.substr(from, slash - from))) return defect;
    if (slash == std::string_view::npos) return std::nullopt;
    from = slash + 1;
  }
}

}  // namespace tracker::artifact
