#include "storage/sqlstate.hpp"

namespace tracker::storage {

SqlFault fault_of(std::string_view sqlstate) noexcept {
  const std::string_view kind = sqlstate.substr(0, 2);
  if (sqlstate.empty() || kind == "08" || sqlstate.starts_with("57P")) return SqlFault::kConnection;
  if (kind == "40" || kind == "57" || sqlstate == "55P03") return SqlFault::kRetry;
  if (kind == "53") return SqlFault::kResources;
  // Cardinality, data, constraints, limits of the program (an index row that is too long).
  if (kind == "21" || kind == "22" || kind == "23" || kind == "54") return SqlFault::kData;
  return SqlFault::kOther;
}

ErrorCode code_of(std::string_view sqlstate) noexcept {
  switch (fault_of(sqlstate)) {
    case SqlFault::kConnection:
    case SqlFault::kRetry:
      return ErrorCode::kUnavailable;
    case SqlFault::kResources:
      return ErrorCode::kResourceExhausted;
    case SqlFault::kData:
      return ErrorCode::kInvalidArgument;
    case SqlFault::kOther:
      break;
  }
  return ErrorCode::kInternal;
}

}  // namespace tracker::storage
