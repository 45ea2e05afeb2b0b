#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "frame/frame.hpp"
#include "tracker/v1/ingest.grpc.pb.h"

namespace test_support {

// The ingest side of a server for one writer, in memory, with the faults that a test asks for. It
// keeps the protocol's rule (a frame is taken only if it starts where the last one ended) and
// decodes every frame it commits.
class FakeIngest final : public tracker::v1::IngestService::Service {
 public:
  using Wire = grpc::ServerReaderWriter<tracker::v1::StreamResponse, tracker::v1::StreamRequest>;

  // What becomes of a frame that starts at the right place.
  enum class Move {
    kAck,        // commit, Ack
    kNoAck,      // commit, say nothing (an Ack lost on the way; the next one covers it)
    kCommitCut,  // commit, cut the stream: the reply is lost
    kCut,        // cut the stream, nothing committed
    kRewind,     // do not commit, Rewind
  };

  struct Seen {
    std::uint64_t acked = 0;
    int hellos = 0;
    std::string run_id, writer_id, project;
    tracker::v1::Hello::Resume resume{};
    std::vector<std::int64_t> steps;                    // of all rows, in log order
    std::map<std::string, std::vector<double>> values;  // by key, in log order
    std::vector<tracker::spool::Record> records;        // everything else
    std::size_t largest_payload = 0;
    std::uint64_t most_unacknowledged = 0;  // bytes of payload, while acks were held

    std::optional<tracker::spool::Finish> finish() const;
  };

  // Set before the server starts.
  std::uint64_t window_bytes = 1 << 20;
  std::uint64_t max_frame_bytes = 4 << 20;
  std::vector<std::uint32_t> record_kinds;               // as Welcome names them
  std::optional<tracker::v1::Welcome::Resumed> resumed;  // what Welcome says of a run to resume

  // Frames to come are treated so, in order; then all are acknowledged.
  void script(std::deque<Move> moves);
  // Every Hello is answered by this.
  void refuse(const tracker::v1::Refusal& refusal);
  void refuse_once(const tracker::v1::Refusal& refusal);  // the next Hello only
  // While held, frames are committed and not acknowledged.
  void hold_acks();
  void release_acks();

  Seen seen() const;
  // Waits for it. False after a minute.
  bool wait_until(const std::function<bool(const Seen&)>& condition) const;

  grpc::Status Stream(grpc::ServerContext* context, Wire* stream) override;

 private:
  void send(Wire* stream, const tracker::v1::StreamResponse& response);
  grpc::Status take_frame(const tracker::v1::Frame& frame, Wire* stream, std::uint64_t& expected);
  void commit(const tracker::v1::Frame& frame);

  std::mutex write_mutex_;    // a stream has two threads that answer; taken alone
  mutable std::mutex mutex_;  // all below
  mutable std::condition_variable changed_;
  std::deque<Move> moves_;
  std::optional<tracker::v1::Refusal> refusal_;
  bool refuse_once_ = false;
  bool holding_ = false;
  std::uint64_t unacknowledged_ = 0;
  Seen seen_;
};

}  // namespace test_support
