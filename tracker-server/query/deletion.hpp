#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/ids.hpp"
#include "storage/database.hpp"
#include "storage/deletion.hpp"

// Deleting as both edges (gRPC, HTTP) offer it. Errors: Error(kNotFound | kInvalidArgument |
// kFailedPrecondition | kUnavailable).
namespace tracker::query {

inline constexpr std::uint64_t kDefaultGraceSeconds = 7 * 24 * 60 * 60;

// From seconds as a client gives them; absent: a week. kInvalidArgument beyond 10 years.
storage::DeleteAt delete_at(std::int64_t now_us, std::optional<std::uint64_t> grace_s);

// A deleted run by id, or by "project/name" where one deleted run has it.
core::RunId resolve_deleted_run(storage::Database& database, std::string_view id_or_name);

}  // namespace tracker::query
