#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "storage/database.hpp"

// What people change of a run after the fact. (What its program changes comes through
// storage/run_changes.hpp.) Whoever writes last wins, field by field.
namespace tracker::storage {

// Absent: as it is.
struct RunEdit {
  std::optional<std::string> name{}, notes{}, group{}, job_type{};
  std::optional<std::vector<std::string>> tags{};      // instead of those there are
  std::vector<std::string> add_tags{}, remove_tags{};  // after `tags`; removing wins
  std::optional<std::string> config{}, summary{};  // JSON objects, merged as core::merge_objects
};

// One transaction, from any thread and any server. Errors: Error(kNotFound) for an unknown or
// deleted run, kFailedPrecondition while the run has not said its own name (its first record would
// overwrite the edit), kInvalidArgument that names the field: a text that is not UTF-8 without NUL
// or beyond the limits of spool/record.hpp, an empty name or tag, a document that cannot be merged,
// an edit that changes nothing; kUnavailable, PgError.
void edit_run(Database& database, core::RunId run, const RunEdit& edit);

}  // namespace tracker::storage
