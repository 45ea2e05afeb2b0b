#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/ids.hpp"
#include "core/resume.hpp"
#include "frame/frame.hpp"

// The rules of one ingest stream (docs/ingest-protocol.md) without threads, network or database:
// what comes in, and what it means.
namespace tracker::ingest {

inline constexpr std::uint32_t kProtocolVersion = 1;
// Kinds of records above spool::kLastCommonKind that are kept here.
inline constexpr std::uint32_t kRecordKinds[] = {
    static_cast<std::uint32_t>(spool::RecordKind::kMedia),
    static_cast<std::uint32_t>(spool::RecordKind::kAlert),
    static_cast<std::uint32_t>(spool::RecordKind::kBranch)};
inline constexpr int kMaxBatchFrames = 1'000;  // in one message

// As tracker.v1.Refusal.Reason.
enum class RefusalReason : std::uint8_t {
  kUnauthenticated = 1,
  kPermissionDenied = 2,
  kVersion = 3,
  kCorruptFrame = 4,
  kSuperseded = 5,
  kRunGone = 6,
  kQuota = 7,
  kResume = 10,
};

struct Refusal {
  RefusalReason reason = RefusalReason::kCorruptFrame;
  std::string message, remedy;
};

struct Hello {
  std::uint32_t protocol_version = 0, frame_version = 0;
  std::string run_id, writer_id, project, client;
  core::Resume resume = core::Resume::kNone;
};

struct Welcome {
  std::uint64_t acked = 0, epoch = 0;
  std::uint64_t window_bytes = 0, max_frame_bytes = 0, max_frame_decompressed_bytes = 0;
  std::optional<core::Resumed> resumed{};  // if Hello asked
};

// Who a stream writes for.
struct Identity {
  core::RunId run;
  core::WriterId writer;
  std::string project;
  core::Resume resume = core::Resume::kNone;
};

enum class FrameVerdict {
  kAccept,  // goes into the next group
  kIgnore,  // was in flight when a Rewind went out
  kRewind,  // the caller sends Rewind(acked())
  kRefuse,  // the stream is over; refusal() says why
  kMisuse,  // a frame before Welcome: a defect of the client, the stream is cancelled
};

class StreamState {
 public:
  explicit StreamState(std::uint64_t max_frame_bytes) : max_frame_bytes_(max_frame_bytes) {}

  // First message. The identity if it is acceptable, else refusal() says why; a second Hello is
  // refused as well.
  std::optional<Identity> hello(const Hello& hello);
  void welcomed(std::uint64_t acked, std::uint64_t epoch);

  FrameVerdict frame(std::uint64_t from, std::uint64_t to, std::uint64_t bytes);

  // A commit moved the writer to `acked`.
  void committed(std::uint64_t acked, std::uint64_t bytes);
  // Accepted frames came to nothing (a commit found the writer elsewhere): the stream goes on from
  // `acked`. Returns whether a Rewind is to be sent: none is while the client has yet to answer the
  // last one.
  bool rewound(std::uint64_t acked);
  void released(std::uint64_t bytes);
  void refuse(Refusal refusal);
  void close();

  bool open() const noexcept { return phase_ == Phase::kOpen; }
  bool ended() const noexcept { return phase_ == Phase::kEnded; }
  std::uint64_t acked() const noexcept { return acked_; }
  std::uint64_t epoch() const noexcept { return epoch_; }
  // Rises with each rewind: accepted frames of an older generation are void.
  std::uint64_t generation() const noexcept { return generation_; }
  std::uint64_t bytes_in_flight() const noexcept { return in_flight_; }
  const std::optional<Refusal>& refusal() const noexcept { return refusal_; }

 private:
  enum class Phase { kAwaitHello, kRegistering, kOpen, kEnded };

  Phase phase_ = Phase::kAwaitHello;
  std::uint64_t max_frame_bytes_;
  std::uint64_t acked_ = 0;
  std::uint64_t next_ = 0;  // end of the last accepted frame
  std::uint64_t epoch_ = 0;
  std::uint64_t generation_ = 0;
  std::uint64_t in_flight_ = 0;
  bool rewinding_ =
      false;  // a Rewind is out: frames that do not begin at next_ were sent before it arrived
  std::optional<Refusal> refusal_;
};

}  // namespace tracker::ingest
