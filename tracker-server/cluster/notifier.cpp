#include "cluster/notifier.hpp"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <tracker/error.hpp>

#include "core/log_text.hpp"
#include "storage/channel.hpp"

namespace tracker::cluster {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

class Notifier::Wake {
 public:
  Wake() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw Error(ErrorCode::kInternal, "no descriptor left for the notifier");
  }
  ~Wake() { ::close(fd_); }
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  int fd() const noexcept { return fd_; }
  void raise() const noexcept { ::eventfd_write(fd_, 1); }  // fails only when it is raised already
  void clear() const noexcept {
    eventfd_t count = 0;
    ::eventfd_read(fd_, &count);
  }
  void wait(milliseconds time) const noexcept {
    pollfd waited{fd_, POLLIN, 0};
    ::poll(&waited, 1, static_cast<int>(time.count()));
  }

 private:
  int fd_;
};

Notifier::Notifier(NotifierOptions options, NewsListener listener)
    : options_(std::move(options)),
      listener_(std::move(listener)),
      wake_(std::make_unique<Wake>()),
      retry_(options_.first_retry) {}

Notifier::~Notifier() { stop(); }

void Notifier::start() {
  connect();
  thread_ = std::thread([this] { work(); });
}

void Notifier::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_->raise();
  if (thread_.joinable()) thread_.join();
  channel_.reset();
}

void Notifier::note(std::span<const core::RunId> data,
                    std::span<const core::RunId> changed) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (noted_.many) return;
    try {
      noted_.data.insert(data.begin(), data.end());
      noted_.changed.insert(changed.begin(), changed.end());
      noted_.many = noted_.data.size() + noted_.changed.size() > options_.runs;
    } catch (const std::exception&) {
      noted_.many = true;  // no memory: others look for themselves
    }
  }
  wake_->raise();
}

void Notifier::work() {
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) break;
    }
    if (channel_ || connect()) {
      round();
    } else {
      wake_->clear();
      wake_->wait(retry_);
      retry_ = std::min(retry_ * 2, options_.last_retry);
    }
  }
  if (channel_) {
    try {
      tell();
    } catch (const std::exception& error) {
      lost(error);
    }
  }
}

bool Notifier::connect() {
  try {
    channel_ = std::make_unique<storage::Channel>(options_.dsn, options_.channel);
  } catch (const std::exception& error) {
    if (!deaf_) lost(error);
    return false;
  }
  retry_ = options_.first_retry;
  if (std::exchange(deaf_, false)) {
    spdlog::info("event=cluster_heard_again");
    RunNews news;
    news.missed = true;
    listener_(news);
  }
  return true;
}

void Notifier::round() {
  try {
    wake_->clear();
    const auto wait = until_due();
    if (wait.count() == 0) tell();
    hear(wait.count() == 0 ? milliseconds(0) : wait);
  } catch (const std::exception& error) {
    lost(error);
  }
}

// Zero when something is to be told now.
milliseconds Notifier::until_due() {
  const std::lock_guard lock(mutex_);
  if (noted_.empty()) return milliseconds(60'000);
  const auto left = std::chrono::ceil<milliseconds>(told_ + options_.interval - Clock::now());
  return std::max(left, milliseconds(0));
}

void Notifier::tell() {
  std::string message;
  {
    const std::lock_guard lock(mutex_);
    if (noted_.empty()) return;
    message = take_message(noted_, storage::Channel::kPayloadBytes);
  }
  told_ = Clock::now();
  try {
    channel_->notify(message);
  } catch (...) {
    const std::lock_guard lock(mutex_);
    noted_.many = true;  // it may not have been heard
    throw;
  }
}

void Notifier::hear(milliseconds time) {
  for (const auto& notification : channel_->wait(time, wake_->fd()))
    if (!notification.own) listener_(parse_message(notification.payload));
}

void Notifier::lost(const std::exception& error) {
  spdlog::warn("event=cluster_deaf error={}", core::quoted(error.what()));
  channel_.reset();
  deaf_ = true;
}

}  // namespace tracker::cluster
