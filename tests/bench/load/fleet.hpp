#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shape.hpp"
#include "stream.hpp"

// All streams of the load, on one thread and one completion queue: the client is to cost little.
namespace tracker::bench {

// Counts since the beginning. Frames count when they are acknowledged.
struct FleetCounts {
  std::uint64_t frames = 0;
  std::vector<float> ack_ms;  // from when the frame was due, so that a slow server is seen
};

class Fleet {
 public:
  using EachSecond = std::function<void(const FleetCounts&, double seconds)>;

  Fleet(const std::string& address, const FleetShape& shape, std::vector<std::string> payloads);
  ~Fleet();

  // Connects every stream and waits for the Welcomes; some at once, as relays come.
  void connect();
  // Sends for so long, then waits for the last acknowledgement. Throws std::runtime_error when a
  // stream is refused, or acknowledgements stay away for a minute.
  void run(double seconds, const EachSecond& each_second);
  void close();

  const FleetCounts& counts() const noexcept { return counts_; }
  // Of the streams that send.
  std::vector<core::RunId> runs() const;
  std::vector<std::uint64_t> frames() const;
  std::uint64_t payload_bytes() const;
  double seconds() const noexcept { return seconds_; }  // run() took, the last ack included

 private:
  bool handle_one(Steady::time_point deadline);
  void send_due(double elapsed);
  bool all_acked() const;

  const FleetShape shape_;
  const std::vector<std::string> payloads_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  grpc::CompletionQueue queue_;
  std::vector<std::unique_ptr<LoadStream>> streams_;  // those that send come first
  FleetCounts counts_;
  std::uint64_t issued_ = 0;
  std::size_t opened_ = 0, ended_ = 0;
  double seconds_ = 0;
};

}  // namespace tracker::bench
