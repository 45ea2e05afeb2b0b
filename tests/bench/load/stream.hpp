#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <tracker/v1/ingest.grpc.pb.h>

#include "core/ids.hpp"
#include "shape.hpp"

// One run's stream of the ingest protocol, driven by completion-queue events. Belongs to the one
// thread that drains the queue; never ahead of the window the server gave.
namespace tracker::bench {

using Steady = std::chrono::steady_clock;

class LoadStream {
 public:
  // An event of the completion queue: its tag points to one of these.
  enum class Event { kStart, kWrite, kRead, kFinish };
  struct Tag {
    LoadStream* stream;
    Event event;
  };
  struct Acked {                          // what an event acknowledged
    std::vector<Steady::time_point> due;  // of each frame, when it was to be sent
  };

  // All must outlive it. Says Hello at once.
  LoadStream(const std::shared_ptr<grpc::Channel>& channel, grpc::CompletionQueue& queue,
             const std::vector<std::string>& payloads, Sending sending);

  // The next frame is due now; it goes out as soon as the sending rule and the window allow.
  void due(Steady::time_point now);
  // Throws std::runtime_error when the server refuses or the stream breaks before close().
  void on(Event event, bool ok, Acked& acked);
  void close();

  bool open() const noexcept { return open_; }
  bool ended() const noexcept { return ended_; }
  bool all_acked() const noexcept { return waiting_.empty() && on_the_way_.empty(); }
  const core::RunId& run() const noexcept { return run_; }
  std::uint64_t frames() const noexcept { return next_frame_; }
  std::uint64_t bytes() const noexcept { return sent_; }

 private:
  struct OnTheWay {
    std::uint64_t end;
    Steady::time_point due;
  };

  void on_read(bool ok, Acked& acked);
  void write_on();
  void put(v1::Frame& frame);
  bool has_room() const;

  const core::RunId run_ = core::RunId::random();
  const std::vector<std::string>& payloads_;
  const Sending sending_;
  std::unique_ptr<v1::IngestService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::StreamRequest, v1::StreamResponse>> call_;
  v1::StreamRequest request_;
  v1::StreamResponse response_;
  grpc::Status status_;
  Tag start_{this, Event::kStart}, write_{this, Event::kWrite}, read_{this, Event::kRead},
      finish_{this, Event::kFinish};
  std::deque<Steady::time_point> waiting_;  // frames that are due and not sent
  std::deque<OnTheWay> on_the_way_;
  std::uint64_t sent_ = 0, acked_ = 0, window_ = 0, next_frame_ = 0;
  std::uint32_t batch_ = 0;  // frames a message, at most
  bool open_ = false, writing_ = false, closing_ = false, ended_ = false;
};

}  // namespace tracker::bench
