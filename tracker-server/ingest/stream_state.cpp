#include "ingest/stream_state.hpp"

#include <limits>

#include "base/utf8.hpp"

namespace tracker::ingest {
namespace {

constexpr std::uint64_t kMaxOffset =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

std::optional<Refusal> check(const Hello& hello) {
  if (hello.protocol_version != kProtocolVersion)
    return Refusal{RefusalReason::kVersion,
                   "this server speaks ingest protocol " + std::to_string(kProtocolVersion) +
                       ", the client " + std::to_string(hello.protocol_version),
                   "use a client and a server of the same release"};
  if (hello.frame_version != spool::kFrameVersion)
    return Refusal{RefusalReason::kVersion,
                   "this server reads frames of version " + std::to_string(spool::kFrameVersion) +
                       ", the client writes version " + std::to_string(hello.frame_version),
                   "use a client and a server of the same release"};
  if (!core::RunId::parse(hello.run_id) || !core::WriterId::parse(hello.writer_id))
    return Refusal{RefusalReason::kCorruptFrame, "run id and writer id must be UUIDs",
                   "report this as a defect"};
  if (hello.project.empty() || hello.project.size() > spool::kMaxProjectBytes ||
      !base::is_text(hello.project))
    return Refusal{RefusalReason::kCorruptFrame,
                   "the project's name must be 1 to " + std::to_string(spool::kMaxProjectBytes) +
                       " bytes of UTF-8 without NUL",
                   "give the run another project name"};
  return std::nullopt;
}

}  // namespace

std::optional<Identity> StreamState::hello(const Hello& hello) {
  if (phase_ != Phase::kAwaitHello) {
    refuse({RefusalReason::kCorruptFrame, "a stream begins with one Hello, this is a second one",
            "report this as a defect"});
    return std::nullopt;
  }
  if (auto refusal = check(hello)) {
    refuse(*std::move(refusal));
    return std::nullopt;
  }
  phase_ = Phase::kRegistering;
  return Identity{*core::RunId::parse(hello.run_id), *core::WriterId::parse(hello.writer_id),
                  hello.project, hello.resume};
}

void StreamState::welcomed(std::uint64_t acked, std::uint64_t epoch) {
  if (phase_ != Phase::kRegistering) return;
  phase_ = Phase::kOpen;
  acked_ = next_ = acked;
  epoch_ = epoch;
}

FrameVerdict StreamState::frame(std::uint64_t from, std::uint64_t to, std::uint64_t bytes) {
  if (phase_ == Phase::kEnded) return FrameVerdict::kIgnore;
  if (phase_ != Phase::kOpen) return FrameVerdict::kMisuse;
  if (from >= to || to > kMaxOffset || bytes == 0 || bytes > max_frame_bytes_) {
    refuse({RefusalReason::kCorruptFrame,
            "impossible frame: bytes " + std::to_string(from) + " to " + std::to_string(to) +
                " in a payload of " + std::to_string(bytes),
            "report this as a defect"});
    return FrameVerdict::kRefuse;
  }
  if (from != next_) {
    if (rewinding_) return FrameVerdict::kIgnore;
    rewound(acked_);
    return FrameVerdict::kRewind;
  }
  rewinding_ = false;
  next_ = to;
  in_flight_ += bytes;
  return FrameVerdict::kAccept;
}

void StreamState::committed(std::uint64_t acked, std::uint64_t bytes) {
  acked_ = acked;
  released(bytes);
}

bool StreamState::rewound(std::uint64_t acked) {
  if (phase_ != Phase::kOpen) return false;
  const bool tell = !rewinding_ || acked != next_;
  ++generation_;
  acked_ = next_ = acked;
  rewinding_ = true;
  return tell;
}

void StreamState::released(std::uint64_t bytes) {
  in_flight_ -= bytes < in_flight_ ? bytes : in_flight_;
}

void StreamState::refuse(Refusal refusal) {
  if (phase_ == Phase::kEnded) return;
  refusal_ = std::move(refusal);
  phase_ = Phase::kEnded;
}

void StreamState::close() { phase_ = Phase::kEnded; }

}  // namespace tracker::ingest
