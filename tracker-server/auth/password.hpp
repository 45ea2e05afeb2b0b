#pragma once

#include <string>
#include <string_view>

// Passwords: argon2id (RFC 9106) with the parameters of docs/access.md. Any thread; at most two are
// computed at once, the others wait.
namespace tracker::auth {

inline constexpr std::size_t kShortestPassword = 8, kLongestPassword = 256;

// The PHC text form, with a salt of its own. Throws Error(kInvalidArgument) for one that is too
// short or too long.
std::string hash_password(std::string_view password);

// Is it that one? False for a text that is no hash, in the time of a computation.
bool password_fits(const std::string& hash, std::string_view password);

// One that nobody chose: 20 letters and digits, about 103 bits.
std::string make_password();

}  // namespace tracker::auth
