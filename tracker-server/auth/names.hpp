#pragma once

#include <string_view>

// Names of users and teams. Any thread; nobody is asked.
namespace tracker::auth {

// 1 to 64 of a-z 0-9 . _ -, beginning with a letter or digit.
bool is_name(std::string_view text) noexcept;

// `what`: "user", "team". Throws Error(kInvalidArgument) that says what a name is.
void check_name(std::string_view what, std::string_view name);

}  // namespace tracker::auth
