#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/completion_queue.h>
#include <grpcpp/support/async_stream.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "spool/record.hpp"
#include "tracker/v1/ingest.grpc.pb.h"

namespace tracker::relay {

// One ingest stream as a source of events, without threads of its own: gRPC works while wait() is
// called. Belongs to one thread. The destructor cancels what is still open and returns at once.
class IngestStream {
 public:
  struct Idle {};  // nothing came, or a frame was handed to the network
  struct Closed {
    grpc::Status status;
  };
  using Event = std::variant<Idle, v1::Welcome, v1::Ack, v1::Rewind, v1::Refusal, Closed>;

  // Connects and sends Hello; what comes of it are events.
  IngestStream(const std::shared_ptr<grpc::Channel>& channel, const v1::Hello& hello);
  ~IngestStream();
  IngestStream(const IngestStream&) = delete;
  IngestStream& operator=(const IngestStream&) = delete;

  // May a frame be sent now? False while the one before is on its way into the network, and before
  // Hello is.
  bool writable() const noexcept { return open_ && !writing_ && !finishing_; }
  // Only while writable().
  void write(spool::Offset from, spool::Offset to, std::string payload);
  // Waits for the next event, at most so long. After Closed nothing more comes.
  Event wait(std::chrono::milliseconds limit);

 private:
  enum class Tag : std::intptr_t { kStart = 1, kWrite, kRead, kFinish };

  static void* as_pointer(Tag tag) noexcept;
  Event on_event(Tag tag, bool ok);
  Event on_read();
  void read();
  void finish();

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<v1::IngestService::Stub> stub_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<v1::StreamRequest, v1::StreamResponse>> call_;
  v1::StreamRequest request_;
  v1::StreamResponse response_;
  grpc::Status status_;
  bool open_ = false, writing_ = false, finishing_ = false;
};

}  // namespace tracker::relay
