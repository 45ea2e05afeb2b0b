#include "auth/names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <tracker/error.hpp>

namespace tracker::auth {
namespace {

constexpr std::size_t kLongestName = 64;

}  // namespace

bool is_name(std::string_view text) noexcept {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const auto allowed = [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= kLongestName && plain(text.front()) &&
         std::all_of(text.begin(), text.end(), allowed);
}

void check_name(std::string_view what, std::string_view name) {
  if (is_name(name)) return;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("the name of a {} has 1 to 64 of a-z, 0-9, `.`, `_` and `-`, and begins "
                          "with a letter or digit",
                          what));
}

}  // namespace tracker::auth
