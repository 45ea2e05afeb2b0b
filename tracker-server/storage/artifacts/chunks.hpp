#pragma once

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

// Those of the chunks that the project has, in no particular order. The caller bounds how many: all
// of them are in memory.
std::vector<StoredChunk> read_chunks(Database& database, core::ProjectId project,
                                     std::span<const artifact::Sha256> chunks);

// Chunks by their numbers, for a check of all of them: those behind `after`, at most `limit`, in
// order, without their data.
struct NumberedChunk {
  std::int64_t row = 0;
  core::ProjectId project;
  StoredChunk chunk;
};
std::vector<NumberedChunk> list_chunks(PgConnection& connection, std::int64_t after,
                                       std::size_t limit);

}  // namespace tracker::storage
