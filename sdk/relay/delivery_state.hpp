#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "relay/frame_source.hpp"
#include "relay/window.hpp"
#include "tracker/v1/ingest.pb.h"

namespace tracker::relay {

// How a stream ended.
struct StreamEnd {
  enum class Kind {
    kDelivered,   // the log is finished and acknowledged to its end
    kCaughtUp,    // all that was there is acknowledged; asked for with Options::until_caught_up
    kLost,        // the connection, or the server with it: try again
    kMoved,       // the server asked us to connect again; what is not acknowledged is sent again
    kRefused,     // for good
    kSuperseded,  // somebody newer delivers this log
    kDamaged,     // acknowledged up to where the log cannot be read
    kStopped,     // as asked
  };
  Kind kind = Kind::kLost;
  std::string message;  // one line for people; empty where there is nothing to say
};

// The client's side of one ingest stream (docs/ingest-protocol.md) without network, time or
// threads: what the server says goes in, frames come out. One thread.
class DeliveryState {
 public:
  struct Options {
    std::filesystem::path directory;  // the writer's
    bool until_caught_up = false;
    FrameSource::Limits limits;
    std::function<void(const tracker::v1::Welcome&)> on_welcome;  // the server has taken us
    std::function<void(spool::Offset)> on_acked;                  // cumulative
    std::function<bool()> writer_is_dead;                         // and its end recorded
  };
  using Handled = std::optional<StreamEnd>;

  explicit DeliveryState(const Options& options) : options_(options) {}

  Handled on(const tracker::v1::Welcome& welcome);
  Handled on(const tracker::v1::Ack& ack);
  Handled on(const tracker::v1::Rewind& rewind);
  Handled on(const tracker::v1::Refusal& refusal);

  // The next frame to be sent, if there is one and the window has room for it; it counts as sent.
  // Throws Error(kResourceExhausted) for one that the server would not take, and as FrameSource.
  std::optional<CutFrame> next(FrameSource::Clock::time_point now);
  // Is there nothing more to do?
  Handled done() const;

  bool welcomed() const noexcept { return source_ != nullptr; }
  // Nothing that was sent waits for its acknowledgement.
  bool all_acked() const noexcept { return window_.empty(); }
  // All that is in the log now was handed out.
  bool at_end() const noexcept { return source_ && source_->at_end(); }

 private:
  void start_from(spool::Offset offset);

  const Options options_;
  FrameSource::Limits limits_;
  std::uint64_t max_payload_ = 0;
  Window window_;
  spool::Offset furthest_{};             // end of what was ever sent on this stream, rewound or not
  std::unique_ptr<FrameSource> source_;  // none before Welcome
  std::optional<CutFrame> held_;         // cut, and waiting for room in the window
};

}  // namespace tracker::relay
