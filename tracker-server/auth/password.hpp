#pragma once

#include <string>
#include <string_view>

// Passwords: argon2id (RFC 9106) with the parameters of docs/access.md. Any thread.
namespace tracker::auth {

inline constexpr std::size_t kShortestPassword = 8, kLongestPassword = 256;

// The right to compute one, of two that there are: each takes 19 MiB and a core. Whoever is known
// may wait for it; who is not is told to come again (Error(kUnavailable)), and holds up no thread.
class PasswordTurn {
 public:
  enum class Taken { kWait, kRefuse };
  explicit PasswordTurn(Taken when_taken);
  ~PasswordTurn();
  PasswordTurn(const PasswordTurn&) = delete;
  PasswordTurn& operator=(const PasswordTurn&) = delete;
};

// The PHC text form, with a salt of its own. Waits for its turn. Throws Error(kInvalidArgument) for
// one that is too short or too long.
std::string hash_password(std::string_view password);

// Is it that one? An empty hash, which a name that nobody has comes to, fits nothing and takes as
// long as another; a text that is no hash fits nothing. Throws Error(kUnavailable) when both turns
// are taken.
bool password_fits(const std::string& hash, std::string_view password);

// One that nobody chose: 20 letters and digits, about 103 bits.
std::string make_password();

}  // namespace tracker::auth
