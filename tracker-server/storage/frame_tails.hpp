#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/ids.hpp"
#include "frame/frame.hpp"
#include "storage/database.hpp"

// What was committed behind a position, for live views: the frames themselves, as long as the ring
// holds them. (All points of a run: storage/run_snapshot.hpp.)
namespace tracker::storage {

// How far each writer's log has been taken, as byte offsets; a writer that is not in it: 0.
using LogPosition = std::map<core::WriterId, std::uint64_t>;

struct TailRequest {
  core::RunId run;
  std::optional<LogPosition> from;  // absent: where the writers stand, no frames
};

struct TailFrame {
  core::WriterId writer;
  std::uint64_t from = 0, to = 0;
  std::shared_ptr<const spool::Frame> frame;
};

// Of one writer: it stands at `end`; its frames of [begin, end) are in the answer. `begin` is where
// the request says, or above it if frames are no longer there, do not decode, or are too many.
struct WriterTail {
  std::uint64_t begin = 0, end = 0;
};

struct FrameTail {
  core::RunId run;
  std::map<core::WriterId, WriterTail> writers;  // all of the run; none when it is gone
  std::vector<TailFrame> frames;                 // in commit order
};

struct TailReadLimits {
  std::uint64_t log_bytes = 64u << 20;    // of a writer, behind its position
  std::int64_t payload_bytes = 16 << 20;  // of one call
};

// One answer a request, in order. Needs no snapshot: frames of a writer are a chain of offsets, and
// whatever is missing shows. Throws PgError.
std::vector<FrameTail> read_frame_tails(PgConnection& connection,
                                        std::span<const TailRequest> requests,
                                        const TailReadLimits& limits = {});

}  // namespace tracker::storage
