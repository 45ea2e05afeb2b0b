#include "src/fork.hpp"

#include <pthread.h>

#include <algorithm>
#include <mutex>
#include <vector>

namespace tracker {
namespace {

// Locked over a fork, so that the child finds the list whole and the lock its own. Never destroyed:
// a run may end after this file's statics.
struct Registry {
  std::mutex mutex;
  std::vector<ForkListener*> listeners;
};

Registry& registry() {
  static Registry& instance = *[] {
    ::pthread_atfork([] { registry().mutex.lock(); }, [] { registry().mutex.unlock(); },
                     [] {
                       for (ForkListener* listener : registry().listeners) listener->forked();
                       registry().mutex.unlock();
                     });
    return new Registry;
  }();
  return instance;
}

}  // namespace

void ForkListener::listen() {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  r.listeners.push_back(this);
}

void ForkListener::unlisten() noexcept {
  Registry& r = registry();
  const std::lock_guard lock(r.mutex);
  r.listeners.erase(std::remove(r.listeners.begin(), r.listeners.end(), this), r.listeners.end());
}

}  // namespace tracker
