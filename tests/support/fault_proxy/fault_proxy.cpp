#include "support/fault_proxy/fault_proxy.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <list>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "support/fault_proxy/sockets.hpp"

namespace test_support {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kMostBuffered = 256u << 10;
constexpr std::size_t kReadBytes = 16u << 10;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// One direction of a link: what was read and waits for its time.
struct Pipe {
  struct Piece {
    Clock::time_point due;
    std::string bytes;
  };
  std::deque<Piece> pieces;
  std::size_t buffered = 0;
  Clock::time_point free_at{};  // when the throttle lets the next piece in
  bool ended = false;           // its source has closed
  bool closed = false;          // and its sink knows
  bool lossy = false;

  bool idle() const { return pieces.empty(); }
};

struct Link {
  std::array<int, 2> fds{-1, -1};  // who connected, what lies behind
  std::array<Pipe, 2> pipes;       // by Way
  bool abandoned = false;
  bool dead = false;
};

}  // namespace

class FaultProxy::Loop {
 public:
  explicit Loop(const ProxyOptions& options) : options_(options) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in name = address_of(options.address, options.port);
    socklen_t size = sizeof name;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&name), size) != 0) fail("bind a proxy");
    if (::listen(listener_, 128) != 0) fail("listen");
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&name), &size);
    port_ = ntohs(name.sin_port);
    wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }
  ~Loop() {
    thread_.request_stop();
    wake();
    thread_.join();
    cut_links(Cut::kReset);
    ::close(listener_);
    ::close(wake_);
  }

  std::uint16_t port() const noexcept { return port_; }

  template <class Change>
  void change(Change&& change) {
    {
      const std::lock_guard lock(mutex_);
      change();
    }
    wake();
  }

  // With the lock.
  void cut_links(Cut how) {
    for (Link& link : links_) {
      for (const int fd : link.fds) close_with(fd, how);
      ++counts_.cuts;
    }
    links_.clear();
  }
  void reset_spoilt() {
    for (Link& link : links_)
      link.dead = link.abandoned || link.pipes[0].lossy || link.pipes[1].lossy;
    sweep();
  }

  std::mutex mutex_;  // guards all below
  std::array<WayRules, 2> rules_;
  std::optional<Trap> trap_;
  bool reply_is_next_ = false;  // the trap has seen its request pass
  struct Fuse {
    Way way;
    std::size_t bytes;
    Cut how;
  };
  std::optional<Fuse> fuse_;
  bool refusing_ = false;
  std::list<Link> links_;
  Counts counts_;

 private:
  void wake() const { ::eventfd_write(wake_, 1); }

  void sweep() {
    for (auto at = links_.begin(); at != links_.end();) {
      if (!at->dead) {
        ++at;
        continue;
      }
      for (const int fd : at->fds) close_with(fd, Cut::kReset);
      at = links_.erase(at);
    }
  }

  void work(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<pollfd> fds;
      int limit = -1;
      {
        const std::lock_guard lock(mutex_);
        limit = gather(fds);
      }
      ::poll(fds.data(), fds.size(), limit);
      const std::lock_guard lock(mutex_);
      std::uint64_t woken = 0;
      static_cast<void>(!::read(wake_, &woken, sizeof woken));
      if ((fds[1].revents & POLLIN) != 0) accept_all();
      // A link may be gone by now, or new: all are simply tried, none blocks.
      for (Link& link : links_) move(link);
      sweep();
    }
  }

  // What to wait for, and for how long; with the lock.
  int gather(std::vector<pollfd>& fds) {
    fds.push_back({wake_, POLLIN, 0});
    fds.push_back({listener_, POLLIN, 0});
    const auto now = Clock::now();
    auto next = Clock::time_point::max();
    for (const Link& link : links_) {
      if (link.abandoned) continue;
      std::array<short, 2> events{0, 0};
      for (int way = 0; way < 2; ++way) {
        const Pipe& pipe = link.pipes[static_cast<std::size_t>(way)];
        const auto source = static_cast<std::size_t>(way), sink = 1 - source;
        if (wants_bytes(link, pipe, way, now)) events[source] |= POLLIN;
        if (!wants_bytes(link, pipe, way, now) && pipe.free_at > now)
          next = std::min(next, pipe.free_at);
        if (pipe.idle()) continue;
        if (pipe.pieces.front().due > now)
          next = std::min(next, pipe.pieces.front().due);
        else
          events[sink] |= POLLOUT;
      }
      for (std::size_t end = 0; end < 2; ++end)
        if (events[end] != 0) fds.push_back({link.fds[end], events[end], 0});
    }
    if (next == Clock::time_point::max()) return -1;
    return static_cast<int>(
        std::chrono::duration_cast<std::chrono::milliseconds>(next - now).count() + 1);
  }

  bool wants_bytes(const Link& link, const Pipe& pipe, int way, Clock::time_point now) const {
    return !link.abandoned && !pipe.ended && pipe.buffered < kMostBuffered &&
           rules_[static_cast<std::size_t>(way)].mode != WayRules::Mode::kStall &&
           pipe.free_at <= now;
  }

  void accept_all() {
    for (;;) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
      if (fd < 0) return;
      const int up = refusing_ ? -1 : connect_upstream(options_);
      if (up < 0) {
        close_with(fd, Cut::kReset);
        continue;
      }
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ::setsockopt(up, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      ++counts_.links;
      links_.emplace_back().fds = {fd, up};
    }
  }

  void move(Link& link) {
    const auto now = Clock::now();
    for (int way = 0; way < 2 && !link.dead; ++way) {
      Pipe& pipe = link.pipes[static_cast<std::size_t>(way)];
      if (wants_bytes(link, pipe, way, now)) take(link, pipe, way, now);
      if (!link.dead) give(link, pipe, way, now);
    }
  }

  void take(Link& link, Pipe& pipe, int way, Clock::time_point now) {
    std::array<char, kReadBytes> buffer;
    const ssize_t n =
        ::recv(link.fds[static_cast<std::size_t>(way)], buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0) {
      if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) link.dead = true;
      return;
    }
    if (n == 0) {
      pipe.ended = true;
      return;
    }
    std::string bytes(buffer.data(), static_cast<std::size_t>(n));
    if (!passes_fuses(bytes, way)) {
      // All links are doomed; of these bytes the first part goes out still.
      ::send(link.fds[static_cast<std::size_t>(1 - way)], bytes.data(), bytes.size(),
             MSG_DONTWAIT | MSG_NOSIGNAL);
      for (Link& other : links_) other.dead = true;
      ++counts_.cuts;
      return;
    }
    const WayRules& rules = rules_[static_cast<std::size_t>(way)];
    pipe.lossy = pipe.lossy || rules.mode == WayRules::Mode::kDrop;
    if (pipe.lossy) return;
    if (rules.bytes_per_second > 0)
      pipe.free_at =
          now + std::chrono::microseconds(1'000'000 * bytes.size() / rules.bytes_per_second);
    counts_.bytes += bytes.size();
    pipe.buffered += bytes.size();
    pipe.pieces.push_back({now + rules.delay, std::move(bytes)});
  }

  // False when the links are to be cut; `bytes` then is what may still pass.
  bool passes_fuses(std::string& bytes, int way) {
    const Way here = way == 0 ? Way::kUp : Way::kDown;
    if (reply_is_next_ && here == Way::kDown) {
      reply_is_next_ = false;
      bytes.clear();
      return false;
    }
    if (trap_ && here == Way::kUp && bytes.find(trap_->text) != std::string::npos &&
        trap_->skip-- == 0) {
      const bool lose_request = trap_->lose == Trap::Lose::kRequest;
      trap_.reset();
      ++counts_.sprung;
      if (lose_request) {
        bytes.clear();
        return false;
      }
      reply_is_next_ = true;
    }
    if (!fuse_ || fuse_->way != here) return true;
    if (bytes.size() < fuse_->bytes) {
      fuse_->bytes -= bytes.size();
      return true;
    }
    bytes.resize(fuse_->bytes);
    fuse_.reset();
    return false;
  }

  void give(Link& link, Pipe& pipe, int way, Clock::time_point now) {
    const int sink = link.fds[static_cast<std::size_t>(1 - way)];
    while (!link.abandoned && !pipe.idle() && pipe.pieces.front().due <= now) {
      Pipe::Piece& piece = pipe.pieces.front();
      const ssize_t n =
          ::send(sink, piece.bytes.data(), piece.bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (n < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) link.dead = true;
        return;
      }
      pipe.buffered -= static_cast<std::size_t>(n);
      piece.bytes.erase(0, static_cast<std::size_t>(n));
      if (piece.bytes.empty()) pipe.pieces.pop_front();
    }
    if (pipe.ended && pipe.idle() && !pipe.closed && !pipe.lossy && !link.abandoned) {
      ::shutdown(sink, SHUT_WR);
      pipe.closed = true;
      link.dead = link.pipes[0].closed && link.pipes[1].closed;
    }
  }

  const ProxyOptions options_;
  int listener_ = -1, wake_ = -1;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

FaultProxy::FaultProxy(const ProxyOptions& options) : loop_(std::make_unique<Loop>(options)) {}
FaultProxy::~FaultProxy() = default;
std::uint16_t FaultProxy::port() const noexcept { return loop_->port(); }

void FaultProxy::set(Way way, const WayRules& rules) {
  loop_->change([&] { loop_->rules_[way == Way::kUp ? 0 : 1] = rules; });
}
void FaultProxy::set_trap(const Trap& trap) {
  loop_->change([&] { loop_->trap_ = trap; });
}
void FaultProxy::cut_after(Way way, std::size_t bytes, Cut how) {
  loop_->change([&] { loop_->fuse_ = Loop::Fuse{way, bytes, how}; });
}
void FaultProxy::cut(Cut how) {
  loop_->change([&] { loop_->cut_links(how); });
}
void FaultProxy::abandon() {
  loop_->change([&] {
    for (Link& link : loop_->links_) link.abandoned = true;
  });
}
void FaultProxy::refuse() {
  loop_->change([&] { loop_->refusing_ = true; });
}
void FaultProxy::admit() {
  loop_->change([&] { loop_->refusing_ = false; });
}
void FaultProxy::heal() {
  loop_->change([&] {
    loop_->rules_ = {};
    loop_->trap_.reset();
    loop_->fuse_.reset();
    loop_->reply_is_next_ = loop_->refusing_ = false;
    loop_->reset_spoilt();
  });
}
FaultProxy::Counts FaultProxy::counts() const {
  const std::lock_guard lock(loop_->mutex_);
  return loop_->counts_;
}

}  // namespace test_support
