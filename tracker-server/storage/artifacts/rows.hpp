#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/artifacts/types.hpp"
#include "storage/pg.hpp"

// Rows of the artifact tables as values, for the files beside this one.
namespace tracker::storage {

// SELECT … FROM … of a version and what belongs to it, without a WHERE; tables are `v`, `c`
// (collection), `p` (project, not deleted).
extern const char* const kSelectVersion;
ArtifactVersion version_of(const PgResult& rows, std::size_t row);

// Lists without control characters travel as lines.
std::vector<std::string> lines_of(std::string_view text);

std::optional<std::int64_t> time_of(const PgResult& rows, std::size_t row, int column);
artifact::Sha256 digest_of(const PgResult& rows, std::size_t row, int column);
void add(PgParams& params, const std::optional<std::int64_t>& value);
void add(PgParams& params, const artifact::Sha256& digest);

// Runs `body(connection)` in a transaction, again when the database asks for it (a deadlock, a
// conflict), and returns what it returns.
inline constexpr int kArtifactAttempts = 5;
template <class Body>
auto in_transaction(PgConnection& connection, Body body) {
  for (int attempt = 1;; ++attempt) {
    try {
      PgTransaction transaction(connection);
      auto result = body(connection);
      transaction.commit();
      return result;
    } catch (const PgError& error) {
      if (!error.retryable() || attempt == kArtifactAttempts) throw;
    }
  }
}

}  // namespace tracker::storage
