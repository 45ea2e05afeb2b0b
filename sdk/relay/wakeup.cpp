#include "relay/wakeup.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace tracker::relay {

void Wakeup::Signal::operator()() const noexcept { eventfd_write(event, 1); }

Wakeup::Wakeup(const std::filesystem::path& writer_directory, const std::stop_token& stop)
    : stop_event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      lock_opened_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  // Without a watch (none left for this user) the wait simply lasts its full time.
  if (lock_opened_)
    inotify_add_watch(lock_opened_.get(), (writer_directory / "relay.lock").c_str(), IN_OPEN);
  on_stop_.emplace(stop, Signal{stop_event_.get()});
}

bool Wakeup::wait(std::chrono::milliseconds limit, int died) {
  pollfd polled[3] = {
      {stop_event_.get(), POLLIN, 0}, {lock_opened_.get(), POLLIN, 0}, {died, POLLIN, 0}};
  poll(polled, 3, static_cast<int>(limit.count()));
  return asked();
}

bool Wakeup::asked() {
  alignas(inotify_event) char events[4096];
  bool any = false;
  while (lock_opened_ && read(lock_opened_.get(), events, sizeof events) > 0) any = true;
  return any;
}

}  // namespace tracker::relay
