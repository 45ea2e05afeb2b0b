#pragma once

#include <optional>
#include <string>
#include <string_view>

// The names of files in an artifact. They come from people's folders and from servers, and become
// file names again: so what could leave the folder they are written to, or mean another file
// elsewhere, is refused on both ways.
namespace tracker::artifact {

inline constexpr std::size_t kMaxPathBytes = 1024;
inline constexpr std::size_t kMaxNameBytes = 255;  // of one component; what file systems take

// What is wrong with a path, as the end of a sentence ("has a component `..`"); nothing if it is as
// it must be: relative, components separated by single slashes, none of them empty, `.` or `..`, no
// control character, no backslash, no `X:` in front, UTF-8, within the limits above.
std::optional<std::string> path_defect(std::string_view path);

}  // namespace tracker::artifact
