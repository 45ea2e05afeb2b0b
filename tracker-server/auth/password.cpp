#include "auth/password.hpp"

#include <argon2.h>

#include <semaphore>

#include <tracker/error.hpp>

#include "auth/token.hpp"

namespace tracker::auth {
namespace {

constexpr std::uint32_t kPasses = 2, kKibibytes = 19 * 1'024, kLanes = 1;
constexpr std::size_t kSaltBytes = 16, kHashBytes = 32;

std::counting_semaphore<2> turns{2};

// In the caller's turn.
std::string computed(std::string_view password) {
  const std::string salt = random_bytes(kSaltBytes);
  std::string text(
      argon2_encodedlen(kPasses, kKibibytes, kLanes, kSaltBytes, kHashBytes, Argon2_id), '\0');
  const int failed =
      argon2id_hash_encoded(kPasses, kKibibytes, kLanes, password.data(), password.size(),
                            salt.data(), salt.size(), kHashBytes, text.data(), text.size());
  if (failed != ARGON2_OK)
    throw Error(ErrorCode::kInternal, "argon2 failed", argon2_error_message(failed));
  text.resize(text.find('\0'));
  return text;
}

// What a name that nobody has is compared with.
const std::string& nobodys_hash() {
  static const std::string hash = computed(make_secret());
  return hash;
}

}  // namespace

PasswordTurn::PasswordTurn(Taken when_taken) {
  if (when_taken == Taken::kWait)
    turns.acquire();
  else if (!turns.try_acquire())
    throw Error(ErrorCode::kUnavailable, "many log in at this moment: try again");
}
PasswordTurn::~PasswordTurn() { turns.release(); }

std::string hash_password(std::string_view password) {
  if (password.size() < kShortestPassword || password.size() > kLongestPassword)
    throw Error(ErrorCode::kInvalidArgument, "a password has 8 to 256 bytes");
  const PasswordTurn turn(PasswordTurn::Taken::kWait);
  return computed(password);
}

bool password_fits(const std::string& hash, std::string_view password) {
  const PasswordTurn turn(PasswordTurn::Taken::kRefuse);
  const std::string& against = hash.empty() ? nobodys_hash() : hash;
  const auto tried = password.substr(0, kLongestPassword + 1);
  return argon2id_verify(against.c_str(), tried.data(), tried.size()) == ARGON2_OK;
}

std::string make_password() {
  constexpr std::string_view kAlphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789";
  std::string out;
  while (out.size() < 20) {
    for (const char c : random_bytes(32)) {
      const auto byte = static_cast<unsigned char>(c);
      // Bytes that would make some letters likelier are thrown away.
      if (byte < 256 / kAlphabet.size() * kAlphabet.size() && out.size() < 20)
        out.push_back(kAlphabet[byte % kAlphabet.size()]);
    }
  }
  return out;
}

}  // namespace tracker::auth
