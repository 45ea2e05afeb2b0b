#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "rpc/status.hpp"
#include "rpc/workers.hpp"

namespace tracker::rpc {

// How many streams of a kind are open, and may be.
struct StreamSlots {
  const std::size_t most;
  std::atomic<std::size_t> open{0};
};

struct StreamReaderParts {
  Workers& workers;  // that block on the database
  StreamSlots& slots;
  std::chrono::milliseconds patience;  // with the client, for each message
};

// A call that a client streams. It is asked first who comes, then whether there is a slot for them,
// and only then is anything read: whoever may not come takes nobody's place. Messages are read one
// after the other; what is done with them happens on the workers, never on gRPC's threads, and the
// next one is read when that is over. So a client is as fast as the database, and one that says
// nothing for `patience` is sent away. Lives until gRPC is done with it.
template <class Request>
class StreamReader : public grpc::ServerReadReactor<Request>,
                     public std::enable_shared_from_this<StreamReader<Request>> {
 public:
  explicit StreamReader(const StreamReaderParts& parts) : parts_(parts) {}

  void begin() {
    self_ = this->shared_from_this();
    post([this] { open(); });
  }

  void OnReadDone(bool ok) override {
    if (!reads_no_more()) return;
    if (!ok && cancelled_) return end(grpc::Status::CANCELLED);
    post([this, ok] { work(ok); });
  }
  void OnCancel() override { cancelled_ = true; }
  void OnDone() override {
    if (counted_) parts_.slots.open.fetch_sub(1);
    self_.reset();
  }

 protected:
  // On a worker, one after the other. They throw what becomes the call's status.
  virtual void admit() = 0;  // before anything is read, and again before what follows
  virtual void take(const Request& request) = 0;
  virtual void finish() = 0;  // all was taken
  // What current_status() makes of what they threw.
  virtual grpc::Status refusal() const = 0;
  // On any thread; the call ends so.
  virtual void ended(const grpc::Status& status) = 0;

 private:
  static constexpr const char* kTooMany =
      "as many uploads run as this server takes at once: try again in a moment";
  static constexpr const char* kTooSlow =
      "nothing came on this stream for too long, so the server has closed it: try again";

  template <class Task>
  void post(Task task) {
    const bool posted =
        parts_.workers.post([self = this->shared_from_this(), task = std::move(task)] { task(); });
    if (!posted) end({grpc::StatusCode::RESOURCE_EXHAUSTED, kTooMany});
  }

  void open() {
    try {
      admit();
    } catch (...) {
      return end(refusal());
    }
    counted_ = true;
    if (parts_.slots.open.fetch_add(1) >= parts_.slots.most)
      return end({grpc::StatusCode::RESOURCE_EXHAUSTED, kTooMany});
    read();
  }

  void work(bool more) {
    try {
      admit();
      if (more)
        take(request_);
      else
        finish();
    } catch (...) {
      return end(refusal());
    }
    if (more)
      read();
    else
      end(grpc::Status::OK);
  }

  void read() {
    std::uint64_t message = 0;
    {
      const std::lock_guard lock(mutex_);
      reading_ = true;
      message = ++messages_;
    }
    const auto until = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                    gpr_time_from_millis(parts_.patience.count(), GPR_TIMESPAN));
    // One of its own for each message: what an alarm that was set again would call is not defined.
    alarm_ = std::make_unique<grpc::Alarm>();
    alarm_->Set(until, [weak = this->weak_from_this(), message](bool rang) {
      const auto self = rang ? weak.lock() : nullptr;
      if (self) self->late(message);
    });
    this->StartRead(&request_);
  }

  // False if the call has ended meanwhile.
  bool reads_no_more() {
    const std::lock_guard lock(mutex_);
    return std::exchange(reading_, false);
  }
  void late(std::uint64_t message) {
    {
      const std::lock_guard lock(mutex_);
      if (!reading_ || message != messages_) return;
      reading_ = false;  // OnReadDone, which still comes, finds that all is over
    }
    end({grpc::StatusCode::UNAVAILABLE, kTooSlow});
  }

  void end(const grpc::Status& status) {
    ended(status);
    this->Finish(status);
  }

  const StreamReaderParts parts_;
  std::shared_ptr<StreamReader> self_;  // gRPC's hold on it
  Request request_;
  bool counted_ = false;
  std::atomic<bool> cancelled_{false};
  std::unique_ptr<grpc::Alarm> alarm_;
  std::mutex mutex_;            // guards what follows
  bool reading_ = false;        // a message is waited for
  std::uint64_t messages_ = 0;  // which one
};

}  // namespace tracker::rpc
