#pragma once

#include <cstdint>
#include <string_view>

#include <tracker/error.hpp>

// What an SQLSTATE means for the caller: the one place that knows (PostgreSQL manual, appendix A).
namespace tracker::storage {

enum class SqlFault : std::uint8_t {
  kConnection,  // it broke, or the server is starting or stopping; a commit may have been done
  kRetry,       // nothing was done and the same may succeed: serialization, deadlock, timeouts
  kResources,   // no disk, no memory, no connection left
  kData,        // the values themselves: the same will happen each time
  kOther,       // a defect of ours, a database that is damaged or set up in another way
};

// An empty state is that of a connection that broke.
SqlFault fault_of(std::string_view sqlstate) noexcept;

// kUnavailable for kConnection and kRetry, kResourceExhausted, kInvalidArgument for kData,
// kInternal for the rest.
ErrorCode code_of(std::string_view sqlstate) noexcept;

}  // namespace tracker::storage
