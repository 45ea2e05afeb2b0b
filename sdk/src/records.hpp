#pragma once

#include <cstdint>
#include <string_view>

#include <tracker/media.hpp>
#include <tracker/run.hpp>

#include "spool/record.hpp"

// What the calls of Run say, as the spool has it.
namespace tracker {

spool::EndState end_state(RunState state);
spool::AlertLevel level_of(AlertLevel level);

// Throws Error(kInvalidArgument) for what is beyond a limit of record.hpp.
spool::Media media_record(std::string_view key, const Media& media, std::int64_t step);

}  // namespace tracker
