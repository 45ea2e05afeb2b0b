#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "storage/database.hpp"

// Which runs changed, for who may have missed being told.
namespace tracker::storage {

struct RunVersion {
  core::RunId run;
  std::string project;
  std::uint64_t version = 0;  // as Run::version
};

struct VersionRequest {
  std::vector<std::string> projects;  // their runs that run, or were made since `since_us` …
  std::int64_t since_us = 0;
  std::vector<core::RunId> runs;  // … and these, if they are of the projects
};

// One statement. Throws PgError.
std::vector<RunVersion> run_versions(PgConnection& connection, const VersionRequest& request);

}  // namespace tracker::storage
