#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "relay/frame_source.hpp"
#include "relay/ingest_stream.hpp"
#include "relay/window.hpp"
#include "relay/writer_end.hpp"

namespace tracker::relay {

// How a stream ended.
struct StreamEnd {
  enum class Kind {
    kDelivered,  // the log is finished and acknowledged to its end
    kCaughtUp,   // all that was there is acknowledged; asked for with Options::until_caught_up
    kLost,       // the connection, or the server with it: try again
    kMoved,  // the server asked us to connect again; all that was sent is acknowledged, or will be
             // sent again
    kRefused,     // for good
    kSuperseded,  // somebody newer delivers this log
    kDamaged,     // acknowledged up to where the log cannot be read
    kStopped,     // as asked
  };
  Kind kind = Kind::kLost;
  std::string message;  // one line for people; empty where there is nothing to say
};

// One stream of one log: Hello to end (docs/ingest-protocol.md). The loop sends what the window
// allows and then waits for the server or a few dozen milliseconds, whichever is sooner. One
// thread.
class DeliveryStream {
 public:
  struct Options {
    std::filesystem::path directory;  // the writer's
    v1::Hello hello;
    bool until_caught_up = false;
    std::chrono::milliseconds poll{25};  // how often the log is looked at
    FrameSource::Limits limits;
    std::function<void()> on_welcome;             // the server has taken us
    std::function<void(spool::Offset)> on_acked;  // cumulative
  };

  DeliveryStream(const Options& options, WriterEnd& writer_end)
      : options_(options), writer_end_(writer_end) {}

  StreamEnd run(const std::shared_ptr<grpc::Channel>& channel, const std::stop_token& stop);

 private:
  using Handled = std::optional<StreamEnd>;

  Handled on_event(const IngestStream::Idle&) { return std::nullopt; }
  Handled on_event(const v1::Welcome& welcome);
  Handled on_event(const v1::Ack& ack);
  Handled on_event(const v1::Rewind& rewind);
  Handled on_event(const v1::Refusal& refusal);
  Handled on_event(const IngestStream::Closed& closed);

  void start_from(spool::Offset offset);
  bool send(IngestStream& stream);
  Handled done();
  Handled moved(grpc::Channel& channel);

  const Options& options_;
  WriterEnd& writer_end_;
  FrameSource::Limits limits_;
  std::uint64_t max_payload_ = 0;
  Window window_;
  spool::Offset furthest_{};             // end of what was ever sent on this stream, rewound or not
  std::unique_ptr<FrameSource> source_;  // none before Welcome
  std::optional<CutFrame> held_;         // cut, and waiting for room in the window
  std::optional<FrameSource::Clock::time_point> leaving_;  // since when the server wants us to go
};

}  // namespace tracker::relay
