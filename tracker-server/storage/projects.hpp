#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/role.hpp"
#include "storage/pg.hpp"

// How a project comes into being: whoever first logs or uploads to it makes it.
namespace tracker::storage {

struct ProjectWish {
  std::string_view name;
  std::int64_t now_us = 0;
  // It is not there yet, as far as the caller knows; if it is by now, it may be somebody else's,
  // and the caller has to look again.
  bool makes = false;
  std::optional<core::UserId> creator{};  // becomes its admin, if it is made
};
// Within the caller's transaction. One that is there, deleted or not, stays as it is. The next
// statement sees it even when another server made it at the same moment. Throws Error(kUnavailable)
// when it was to be made and another made it, PgError.
void make_project(PgConnection& connection, const ProjectWish& wish);

}  // namespace tracker::storage
