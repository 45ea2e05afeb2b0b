#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

#include "relay/delivery_state.hpp"
#include "relay/ingest_stream.hpp"
#include "relay/writer_end.hpp"

namespace tracker::relay {

// One stream of one log: Hello to end. The loop sends what the window allows and then waits for the
// server or a few dozen milliseconds, whichever is sooner; what to send and what answers mean is
// DeliveryState's. One thread.
class DeliveryStream {
 public:
  struct Options {
    std::filesystem::path directory;  // the writer's
    v1::Hello hello;
    bool until_caught_up = false;
    std::chrono::milliseconds poll{25};  // how often the log is looked at
    FrameSource::Limits limits;
    std::function<void(const v1::Welcome&)> on_welcome;  // the server has taken us
    std::function<void(spool::Offset)> on_acked;         // cumulative
  };

  DeliveryStream(const Options& options, WriterEnd& writer_end);

  StreamEnd run(const std::shared_ptr<grpc::Channel>& channel, const std::stop_token& stop);

 private:
  using Handled = DeliveryState::Handled;

  Handled on_event(const IngestStream::Idle&) { return std::nullopt; }
  Handled on_event(const IngestStream::Closed& closed);
  template <class Message>
  Handled on_event(const Message& message) {
    return state_.on(message);
  }

  bool send(IngestStream& stream);
  Handled moved(grpc::Channel& channel);

  const Options options_;
  WriterEnd& writer_end_;
  DeliveryState state_;
  std::optional<FrameSource::Clock::time_point> leaving_;  // since when the server wants us to go
};

}  // namespace tracker::relay
