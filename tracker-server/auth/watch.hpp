#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "auth/gate.hpp"
#include "core/periodic.hpp"

// Looks again at who has something open, a stream or a tab, when anybody's rights have changed, or
// a key has run out: within two seconds. One small query a second while nothing changes. Any
// thread.
namespace tracker::auth {

class Watch {
 public:
  // What is left of the rights: nobody, perhaps. Called on the watch's thread, one at a time; must
  // not block for long and must not throw.
  using Look = std::function<void(Guard&)>;

  // `gate` must outlive it.
  explicit Watch(Gate& gate);
  ~Watch();  // stop()

  void start();
  void stop();

  // As long as it lives, `look` may be called.
  class Entry {
   public:
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    friend class Watch;
    Entry(Watch& watch, std::uint64_t id) noexcept : watch_(watch), id_(id) {}
    Watch& watch_;
    std::uint64_t id_;
  };
  // `who` is what the claim came to. `look` is called in the next round in any case: rights may
  // have changed since the claim was looked at. It may be called once more after the entry is gone.
  std::unique_ptr<Entry> add(const Claim& claim, const Origin& from, const Principal& who,
                             Look look);

  // One round; for tests.
  void round();

 private:
  struct Open {
    Claim claim;
    Origin from;
    std::int64_t expires_us = 0;
    Look look;
    bool fresh = true;  // not looked at yet
  };
  void remove(std::uint64_t id);
  std::map<std::uint64_t, Open> due(std::int64_t version, std::int64_t now_us);

  Gate& gate_;
  std::mutex mutex_;  // guards what follows
  std::map<std::uint64_t, Open> open_;
  std::uint64_t next_ = 1;
  std::int64_t version_ = 0;  // that was looked at; 0: none yet
  core::Periodic rounds_;     // last: its thread uses the rest
};

}  // namespace tracker::auth
