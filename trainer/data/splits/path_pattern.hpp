#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace trainer::data {

// Paths of data files by pattern, as `datasets` (fsspec's glob) resolves them: `*`, `?` and `[…]`
// within a name, `**` for any folders. Hidden files and folders, folders that begin with "__",
// README.md, config.json and the like match only where the pattern names them.
// Returns the matching paths, sorted. Throws Error(kInvalidInput) for a pattern that leaves the
// folder or names another host.
std::vector<std::string> matching_paths(const std::vector<std::string>& paths,
                                        std::string_view pattern);

}  // namespace trainer::data
