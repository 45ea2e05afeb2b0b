#pragma once

#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace tracker::rpc {

// Hands messages from the thread that makes them to gRPC, one at a time: that thread waits until a
// message is on its way, but no longer than `patience` for each: then the call is cancelled, so
// that who does not read holds up nobody. Deletes itself when gRPC is done; the maker's last touch
// is finish(), which comes before that. `context` is the call's.
template <class Message>
class StreamWriter final : public grpc::ServerWriteReactor<Message> {
 public:
  StreamWriter(grpc::CallbackServerContext& context, std::chrono::milliseconds patience)
      : context_(context), patience_(patience) {}

  // On the maker's thread. False if the client is gone, or did not read.
  bool write(Message message) {
    std::unique_lock lock(mutex_);
    if (gone_) return false;
    message_ = std::move(message);
    writing_ = true;
    this->StartWrite(&message_);
    const auto written = [this] { return !writing_; };
    if (!changed_.wait_for(lock, patience_, written)) {
      gone_ = true;
      lock.unlock();
      context_.TryCancel();
      lock.lock();
      changed_.wait(lock, written);  // gRPC gives the message back
    }
    return !gone_;
  }
  void finish(const grpc::Status& status) { this->Finish(status); }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    gone_ = gone_ || !ok;
    changed_.notify_one();
  }
  void OnCancel() override {
    const std::lock_guard lock(mutex_);
    gone_ = true;  // a write that is under way ends with OnWriteDone(false)
  }
  void OnDone() override { delete this; }

 private:
  grpc::CallbackServerContext& context_;
  const std::chrono::milliseconds patience_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  Message message_;
  bool writing_ = false, gone_ = false;
};

}  // namespace tracker::rpc
