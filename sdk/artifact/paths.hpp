#pragma once

#include <string>
#include <string_view>

// Paths of files in an artifact (docs/artifacts.md, "The manifest"). A path that these rules take
// stays inside the folder it is written to, on any system. Any thread.
namespace tracker::artifact {

// Null if `path` may be a file's path, else the rule that it breaks: "has a part '..'".
const char* path_fault(std::string_view path) noexcept;

// Throws Error(kInvalidArgument) that shows the path and names the rule.
void check_path(std::string_view path);

// The folder in a destination where a version that is being fetched lies until it is complete;
// `digest` is the version's, in hexadecimal digits.
std::string parts_folder(std::string_view digest);
// True for the name of such a folder.
bool is_parts_folder(std::string_view name) noexcept;

// Null if `url` may be a reference's, else the rule that it breaks.
const char* url_fault(std::string_view url) noexcept;

// Null if `checksum` is empty or "ALGORITHM:VALUE", else the rule that it breaks.
const char* checksum_fault(std::string_view checksum) noexcept;

}  // namespace tracker::artifact
