#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "ingest/session.hpp"

namespace tracker::ingest {

// Keeps what a session says, and waits for it.
class FakeOutput final : public SessionOutput {
 public:
  void welcome(const Welcome& welcome) override {
    set([&] { welcome_ = welcome; });
  }
  void ack(std::uint64_t offset) override {
    set([&] { acked_ = std::max(acked_, offset); });
  }
  void rewind(std::uint64_t acked) override {
    set([&] { rewind_ = acked; });
  }
  void refuse(const Refusal& refusal) override {
    set([&] { refusal_ = refusal; });
  }
  void resume() override {
    set([&] { ++resumed_; });
  }
  void close(const std::string& reason) override {
    set([&] { closed_ = reason; });
  }

  std::optional<Welcome> wait_welcome() {
    return wait([&] { return welcome_ || over(); }) ? welcome_ : std::nullopt;
  }
  // Whether `offset` was acknowledged; false when the stream ended, or after 20 s.
  bool wait_ack(std::uint64_t offset) {
    wait([&] { return acked_ >= offset || rewind_ || over(); });
    const std::lock_guard lock(mutex_);
    return acked_ >= offset;
  }
  std::optional<std::uint64_t> wait_rewind() {
    wait([&] { return rewind_ || over(); });
    const std::lock_guard lock(mutex_);
    return std::exchange(rewind_, std::nullopt);
  }
  std::optional<Refusal> wait_refusal() {
    wait([&] { return over(); });
    const std::lock_guard lock(mutex_);
    return refusal_;
  }
  std::optional<std::string> wait_close() {
    wait([&] { return over(); });
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  bool over() const { return refusal_ || closed_; }

  template <class Change>
  void set(Change change) {
    {
      const std::lock_guard lock(mutex_);
      change();
    }
    changed_.notify_all();
  }
  template <class Condition>
  bool wait(Condition condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), condition);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Welcome> welcome_;
  std::uint64_t acked_ = 0;
  std::optional<std::uint64_t> rewind_;
  std::optional<Refusal> refusal_;
  std::optional<std::string> closed_;
  int resumed_ = 0;
};

}  // namespace tracker::ingest
