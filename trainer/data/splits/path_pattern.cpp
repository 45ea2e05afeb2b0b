#include "data/splits/path_pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/error.hpp"
#include "config/printable.hpp"
#include "hub/glob.hpp"

namespace trainer::data {
namespace {

using Parts = std::vector<std::string_view>;

Parts split_path(std::string_view path) {
  Parts parts;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.push_back(part);
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

// Row by row: which beginnings of the path the pattern's first parts match.
bool match_parts(const Parts& pattern, const Parts& path) {
  std::vector<bool> reached(path.size() + 1, false);
  reached[0] = true;
  for (std::size_t p = 0; p < pattern.size(); ++p) {
    std::vector<bool> next(path.size() + 1, false);
    for (std::size_t i = 0; i <= path.size(); ++i) {
      if (!reached[i]) continue;
      if (pattern[p] == "**") {
        // Folders in between may be none; what ends the path is a name.
        const std::size_t least = p + 1 == pattern.size() ? i + 1 : i;
        for (std::size_t k = least; k <= path.size(); ++k) next[k] = true;
      } else if (i < path.size() && hub::name_matches(pattern[p], path[i])) {
        next[i + 1] = true;
      }
    }
    reached = std::move(next);
  }
  return reached[path.size()];
}

std::size_t hidden(const Parts& parts) {
  return static_cast<std::size_t>(std::ranges::count_if(parts, [](std::string_view part) {
    return part[0] == '.' && part.find_first_not_of('.') != std::string_view::npos;
  }));
}

std::size_t special(const Parts& parts) {
  return static_cast<std::size_t>(
      std::count_if(parts.begin(), parts.empty() ? parts.end() : parts.end() - 1,
                    [](std::string_view part) { return part.starts_with("__"); }));
}

bool is_ignored(std::string_view name, std::string_view pattern_name) {
  constexpr std::array<std::string_view, 6> kIgnored = {"README.md",         "config.json",
                                                        "dataset_info.json", "dataset_infos.json",
                                                        "dummy_data.zip",    "dataset_dict.json"};
  return name != pattern_name && std::ranges::find(kIgnored, name) != kIgnored.end();
}

}  // namespace

std::vector<std::string> matching_paths(const std::vector<std::string>& paths,
                                        std::string_view pattern) {
  const Parts parts = split_path(pattern);
  const auto refuse = [pattern](std::string_view why) {
    throw Error(ErrorCode::kInvalidInput, fmt::format("'{}': is no pattern for data files: {}",
                                                      config::printable(pattern), why));
  };
  if (pattern.starts_with('/') || std::ranges::find(parts, "..") != parts.end())
    refuse("it leaves the folder");
  if (pattern.find("://") != std::string_view::npos) refuse("it names another place");
  for (const std::string_view part : parts) {
    if (part != "**" && part.find("**") != std::string_view::npos)
      refuse("** stands for whole folders");
  }
  if (parts.empty()) return {};
  std::vector<std::string> found;
  for (const std::string& path : paths) {
    const Parts names = split_path(path);
    if (names.empty() || is_ignored(names.back(), parts.back())) continue;
    if (hidden(names) != hidden(parts) || special(names) != special(parts)) continue;
    if (match_parts(parts, names)) found.push_back(path);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace trainer::data
