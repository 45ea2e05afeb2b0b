#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "storage/artifacts/types.hpp"
#include "storage/database.hpp"

// Reading chunks. Any thread. Errors: Error(kUnavailable), PgError.
namespace tracker::storage {

// The project's id; Error(kNotFound) if there is none of that name.
core::ProjectId project_with_artifacts(Database& database, std::string_view project);

struct StoredChunk {
  artifact::Sha256 sha256;
  std::uint32_t size = 0;
  std::string data;    // empty if it lies elsewhere:
  std::string object;  // its key in the store outside
};

// The chunks in the order asked for, from the first on, until they have `most_bytes` (the last one
// may go beyond). Those that the project lacks are left out.
std::vector<StoredChunk> read_chunks(Database& database, core::ProjectId project,
                                     std::span<const artifact::Sha256> chunks,
                                     std::size_t most_bytes);

}  // namespace tracker::storage
