#pragma once

#include <string>
#include <string_view>
#include <vector>

// Patterns as `hf download --include` takes them: those of Python's fnmatch.fnmatchcase. `*` is any
// number of characters, slashes too; `?` one; `[abc]`, `[a-z]` and `[!a]` one of a set. A pattern
// that ends in a slash means everything below that folder. No pattern is an error: what is not
// closed stands for itself. Pure.
namespace trainer::hub {

bool glob_matches(std::string_view pattern, std::string_view path);
// The same of one name, in which slashes and backslashes are characters like others.
bool name_matches(std::string_view pattern, std::string_view name);

// A path is taken when it fits one of `include` (or there is none) and none of `exclude`.
bool is_selected(std::string_view path, const std::vector<std::string>& include,
                 const std::vector<std::string>& exclude);

}  // namespace trainer::hub
