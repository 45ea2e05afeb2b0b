#pragma once

#include <cstdint>

// What a new writer says of the run it names, and hears: docs/ingest-protocol.md, "Resume".
namespace tracker::core {

enum class Resume : std::uint8_t { kNone, kAllow, kMust, kNever };

struct Resumed {
  bool existed = false;        // before this writer came
  std::int64_t next_step = 0;  // one more than the highest step of the run; 0 if it has none
};

}  // namespace tracker::core
