#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/ids.hpp"

// Roles in a project, and the ids of those who have them (docs/access.md). Pure.
namespace tracker::core {

// Each may what those before it may.
enum class Role : std::uint8_t { kViewer = 1, kWriter = 2, kAdmin = 3 };

constexpr std::string_view to_text(Role role) noexcept {
  return role == Role::kViewer ? "viewer" : role == Role::kWriter ? "writer" : "admin";
}
constexpr std::optional<Role> parse_role(std::string_view text) noexcept {
  for (const Role role : {Role::kViewer, Role::kWriter, Role::kAdmin})
    if (to_text(role) == text) return role;
  return std::nullopt;
}

struct UserTag {
  static constexpr const char* kName = "user";
};
using UserId = Id<UserTag>;

}  // namespace tracker::core
