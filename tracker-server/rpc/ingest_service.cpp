#include "rpc/ingest_service.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tracker/v1/ingest.grpc.pb.h>

#include "core/log_text.hpp"
#include "ingest/session.hpp"
#include "rpc/admission.hpp"
#include "rpc/call_record.hpp"
#include "rpc/methods.hpp"

namespace tracker::rpc {
namespace {

using v1::StreamRequest;
using v1::StreamResponse;

static_assert(static_cast<int>(ingest::RefusalReason::kUnauthenticated) ==
              v1::Refusal::UNAUTHENTICATED);
static_assert(static_cast<int>(ingest::RefusalReason::kPermissionDenied) ==
              v1::Refusal::PERMISSION_DENIED);
static_assert(static_cast<int>(ingest::RefusalReason::kVersion) == v1::Refusal::VERSION);
static_assert(static_cast<int>(ingest::RefusalReason::kCorruptFrame) == v1::Refusal::CORRUPT_FRAME);
static_assert(static_cast<int>(ingest::RefusalReason::kSuperseded) == v1::Refusal::SUPERSEDED);
static_assert(static_cast<int>(ingest::RefusalReason::kRunGone) == v1::Refusal::RUN_GONE);
static_assert(static_cast<int>(ingest::RefusalReason::kQuota) == v1::Refusal::QUOTA);

class Reactor;

// What ingest threads hold of a stream. It outlives the reactor, which gRPC ends when it likes.
class Output final : public ingest::SessionOutput {
 public:
  explicit Output(Reactor& reactor) : reactor_(&reactor) {}

  void welcome(const ingest::Welcome& welcome) override;
  void ack(std::uint64_t offset) override;
  void rewind(std::uint64_t acked) override;
  void refuse(const ingest::Refusal& refusal) override;
  void resume() override;
  void close(const std::string& reason) override;
  void detach();

 private:
  template <class Call>
  void with_reactor(Call call) {
    const std::lock_guard lock(mutex_);
    if (reactor_ != nullptr) call(*reactor_);
  }

  std::mutex mutex_;  // guards reactor_ and everything the reactor does through this object
  Reactor* reactor_;
};

core::Resume resume_of(v1::Hello::Resume resume) {
  switch (resume) {
    case v1::Hello::ALLOW:
      return core::Resume::kAllow;
    case v1::Hello::MUST:
      return core::Resume::kMust;
    case v1::Hello::NEVER:
      return core::Resume::kNever;
    default:
      return core::Resume::kNone;
  }
}

// Calls of gRPC (On…) come from its threads, those of Output from ingest threads; Output's mutex
// stands between them and the end of the reactor, mutex_ orders the writes.
class Reactor final : public grpc::ServerBidiReactor<StreamRequest, StreamResponse> {
 public:
  Reactor(ingest::Ingest& ingest, ingest::Caller caller, std::string client)
      : output_(std::make_shared<Output>(*this)), client_(std::move(client)) {
    streams().open.add(1);
    streams().begun.add();
    session_ = ingest.open(output_, std::move(caller));
    StartRead(&request_);  // gRPC keeps it until the stream is bound
  }

  void OnReadDone(bool ok) override {
    if (!ok) return end(grpc::Status::OK);
    if (take() == ingest::Reading::kGoOn) read_on();
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    if (!ok) writing_failed_ = true;
    writes_.pop_front();
    advance_locked();
  }

  void OnCancel() override { end(grpc::Status::CANCELLED); }

  void OnDone() override {
    output_->detach();
    session_->gone();
    streams().open.add(-1);
    say_closed();
    delete this;
  }

  // An acknowledgement that waits is replaced by a newer one: they are cumulative.
  void send_ack(std::uint64_t offset) {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    if (writes_.size() > 1 && writes_.back().has_ack()) {
      writes_.back().mutable_ack()->set_offset(offset);
      return;
    }
    StreamResponse response;
    response.mutable_ack()->set_offset(offset);
    push_locked(std::move(response));
  }

  void send(StreamResponse response) {
    const std::lock_guard lock(mutex_);
    if (!ending_) push_locked(std::move(response));
  }

  // After what is queued was written.
  void end(grpc::Status status) {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = std::move(status);
    if (writes_.empty()) finish_locked();
  }

  void send_and_end(StreamResponse response) {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    ending_ = grpc::Status::OK;
    writes_.push_back(std::move(response));
    if (writes_.size() == 1) StartWrite(&writes_.front());
  }

  void read_on() {
    const std::lock_guard lock(mutex_);
    if (!ending_) StartRead(&request_);
  }

 private:
  // Run, writer and epoch name a stream; its opening was said with them too.
  void say_closed() const {
    if (session_->epoch() == 0) return;
    const auto& identity = session_->identity();
    const std::chrono::duration<double> age = std::chrono::steady_clock::now() - began_;
    spdlog::info("event=stream_closed run={} writer={} epoch={} status={} seconds={:.1f} client={}",
                 identity.run.text(), identity.writer.text(), session_->epoch(),
                 name_of(ending_ ? ending_->error_code() : grpc::StatusCode::CANCELLED),
                 age.count(), core::quoted(client_));
  }

  ingest::Reading take() {
    switch (request_.message_case()) {
      case StreamRequest::kHello: {
        v1::Hello& hello = *request_.mutable_hello();
        return session_->hello(
            {hello.protocol_version(), hello.frame_version(), std::move(*hello.mutable_run_id()),
             std::move(*hello.mutable_writer_id()), std::move(*hello.mutable_project()),
             std::move(*hello.mutable_client()), resume_of(hello.resume())});
      }
      case StreamRequest::kFrame: {
        v1::Frame& frame = *request_.mutable_frame();
        return session_->frame(frame.from(), frame.to(), std::move(*frame.mutable_payload()));
      }
      case StreamRequest::kBatch:
        return take_batch(*request_.mutable_batch());
      case StreamRequest::MESSAGE_NOT_SET:
        break;
    }
    session_->close("a message of this kind is not known here");
    return ingest::Reading::kEnd;
  }

  ingest::Reading take_batch(v1::FrameBatch& batch) {
    if (batch.frames_size() > ingest::kMaxBatchFrames) {
      session_->close("a batch has more frames than Welcome allows");
      return ingest::Reading::kEnd;
    }
    std::vector<ingest::ReceivedFrame> frames;
    frames.reserve(static_cast<std::size_t>(batch.frames_size()));
    for (v1::Frame& frame : *batch.mutable_frames())
      frames.push_back({frame.from(), frame.to(), std::move(*frame.mutable_payload())});
    return session_->frames(frames);
  }

  void push_locked(StreamResponse response) {
    writes_.push_back(std::move(response));
    if (writes_.size() == 1) StartWrite(&writes_.front());
  }

  void advance_locked() {
    if (writing_failed_) writes_.clear();
    if (!writes_.empty())
      StartWrite(&writes_.front());
    else if (ending_)
      finish_locked();
  }

  void finish_locked() {
    if (!finished_) Finish(*ending_);
    finished_ = true;
  }

  const std::shared_ptr<Output> output_;
  const std::string client_;
  const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::shared_ptr<ingest::Session> session_;
  StreamRequest request_;

  std::mutex mutex_;                   // guards what follows
  std::deque<StreamResponse> writes_;  // the first one is being written
  std::optional<grpc::Status> ending_;
  bool writing_failed_ = false, finished_ = false;
};

void Output::welcome(const ingest::Welcome& welcome) {
  StreamResponse response;
  v1::Welcome& message = *response.mutable_welcome();
  message.set_acked_offset(welcome.acked);
  message.set_epoch(welcome.epoch);
  message.set_window_bytes(welcome.window_bytes);
  message.set_max_frame_bytes(welcome.max_frame_bytes);
  message.set_max_frame_decompressed_bytes(welcome.max_frame_decompressed_bytes);
  message.set_max_batch_frames(ingest::kMaxBatchFrames);
  for (const std::uint32_t kind : ingest::kRecordKinds) message.add_record_kinds(kind);
  if (welcome.resumed) {
    message.mutable_resumed()->set_existed(welcome.resumed->existed);
    message.mutable_resumed()->set_next_step(welcome.resumed->next_step);
  }
  with_reactor([&](Reactor& reactor) { reactor.send(std::move(response)); });
}

void Output::ack(std::uint64_t offset) {
  with_reactor([&](Reactor& reactor) { reactor.send_ack(offset); });
}

void Output::rewind(std::uint64_t acked) {
  StreamResponse response;
  response.mutable_rewind()->set_acked_offset(acked);
  with_reactor([&](Reactor& reactor) { reactor.send(std::move(response)); });
}

void Output::refuse(const ingest::Refusal& refusal) {
  StreamResponse response;
  v1::Refusal& message = *response.mutable_refusal();
  message.set_reason(static_cast<v1::Refusal::Reason>(refusal.reason));
  message.set_message(refusal.message);
  message.set_remedy(refusal.remedy);
  with_reactor([&](Reactor& reactor) { reactor.send_and_end(std::move(response)); });
}

void Output::resume() {
  with_reactor([](Reactor& reactor) { reactor.read_on(); });
}

void Output::close(const std::string& reason) {
  with_reactor(
      [&](Reactor& reactor) { reactor.end(grpc::Status(grpc::StatusCode::UNAVAILABLE, reason)); });
}

void Output::detach() {
  const std::lock_guard lock(mutex_);
  reactor_ = nullptr;
}

}  // namespace

class IngestService::Impl final : public v1::IngestService::CallbackService {
 public:
  explicit Impl(ingest::Ingest& ingest) : ingest_(ingest) {}

  grpc::ServerBidiReactor<StreamRequest, StreamResponse>* Stream(
      grpc::CallbackServerContext* context) override {
    static_assert(method("IngestService.Stream").needs.access == auth::Access::kWriter,
                  "ingest::Admission asks for a writer");
    ingest::Caller caller{claim_of(*context), origin_of(*context, {})};
    return new Reactor(ingest_, std::move(caller), context->peer());  // deletes itself in OnDone
  }

 private:
  ingest::Ingest& ingest_;
};

IngestService::IngestService(ingest::Ingest& ingest) : impl_(std::make_unique<Impl>(ingest)) {}
IngestService::~IngestService() = default;
grpc::Service& IngestService::service() noexcept { return *impl_; }

}  // namespace tracker::rpc
