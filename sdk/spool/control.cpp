#include "spool/control.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <new>

#include <tracker/error.hpp>

#include "base/fd.hpp"
#include "base/utf8.hpp"
#include "spool/segment.hpp"

namespace tracker::spool {
namespace {

constexpr std::size_t kTextBytes = 1000;

// A text with one writer. `version` is odd while it is being written; readers try again.
struct SharedText {
  std::atomic<std::uint32_t> version;
  std::atomic<std::uint32_t> size;
  std::atomic<char> bytes[kTextBytes];

  void set(std::string_view text) noexcept {
    text = text.substr(0, kTextBytes);
    text = text.substr(0, base::valid_utf8_prefix(text));
    const std::uint32_t v = version.load(std::memory_order_relaxed) | 1u;
    version.store(v, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    size.store(static_cast<std::uint32_t>(text.size()), std::memory_order_relaxed);
    for (std::size_t i = 0; i < text.size(); ++i)
      bytes[i].store(text[i], std::memory_order_relaxed);
    version.store(v + 1, std::memory_order_release);
  }

  std::string get() const {
    for (int attempt = 0; attempt < 100; ++attempt) {
      const std::uint32_t before = version.load(std::memory_order_acquire);
      std::string out(std::min<std::size_t>(size.load(std::memory_order_relaxed), kTextBytes),
                      '\0');
      for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = bytes[i].load(std::memory_order_relaxed);
      std::atomic_thread_fence(std::memory_order_acquire);
      if (before % 2 == 0 && version.load(std::memory_order_relaxed) == before) return out;
    }
    return {};  // its writer died half-way
  }
};

RelayState known_state(std::uint32_t state) noexcept {
  return state <= static_cast<std::uint32_t>(RelayState::kDone) ? RelayState{state}
                                                                : RelayState::kNone;
}

}  // namespace

struct Control::Page {
  std::atomic<std::uint64_t> acked;
  std::atomic<std::uint32_t> relay;
  std::atomic<std::int32_t> writer_pid;
  SharedText message;
  SharedText run_url;
  std::atomic<std::uint32_t> resumed;  // 0 no answer yet, 1 the run is new, 2 it was there
  std::atomic<std::int64_t> next_step;
};

Control::Control(const std::filesystem::path& writer_directory) {
  static_assert(sizeof(Page) <= 4096 && std::atomic<std::uint64_t>::is_always_lock_free);
  const std::filesystem::path path = writer_directory / "control";
  const auto fail = [&](const char* what, int error) {
    throw Error(ErrorCode::kUnavailable, std::string("cannot ") + what + " " + path.string() +
                                             ": " + std::strerror(error) +
                                             "; check that the directory is writable");
  };
  const base::Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) fail("open", errno);
  if (const int rc = allocate_file(fd.get(), 4096); rc != 0) fail("allocate", rc);
  void* map = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
  if (map == MAP_FAILED) fail("map", errno);
  page_ = static_cast<Page*>(map);  // zeros are valid values of every member
}

Control::~Control() { ::munmap(page_, 4096); }

void Control::set_acked(Offset offset) noexcept {
  page_->acked.store(to_bytes(offset), std::memory_order_release);
}
Offset Control::acked() const noexcept {
  return Offset{page_->acked.load(std::memory_order_acquire)};
}

void Control::set_relay(RelayState state, const std::string& message) noexcept {
  page_->message.set(message);
  page_->relay.store(static_cast<std::uint32_t>(state), std::memory_order_release);
}
RelayState Control::relay() const noexcept {
  return known_state(page_->relay.load(std::memory_order_acquire));
}
std::string Control::relay_message() const { return page_->message.get(); }

void Control::set_run_url(const std::string& url) noexcept { page_->run_url.set(url); }
std::string Control::run_url() const { return page_->run_url.get(); }

void Control::set_resumed(const Resumed& resumed) noexcept {
  page_->next_step.store(resumed.next_step, std::memory_order_relaxed);
  page_->resumed.store(resumed.existed ? 2 : 1, std::memory_order_release);
}
std::optional<Resumed> Control::resumed() const noexcept {
  const std::uint32_t answer = page_->resumed.load(std::memory_order_acquire);
  if (answer == 0) return std::nullopt;
  return Resumed{answer == 2, page_->next_step.load(std::memory_order_relaxed)};
}

void Control::set_writer_pid(std::int32_t pid) noexcept {
  page_->writer_pid.store(pid, std::memory_order_release);
}
std::int32_t Control::writer_pid() const noexcept {
  return page_->writer_pid.load(std::memory_order_acquire);
}

// Read twice until both are the same, so that nothing is half old and half new. No mapping: a file
// that is cut off under one is a signal.
std::optional<ControlState> read_control(const std::filesystem::path& writer_directory) {
  using Page = Control::Page;
  const base::Fd fd(::open((writer_directory / "control").c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return std::nullopt;
  alignas(Page) char now[sizeof(Page)], before[sizeof(Page)];
  for (int attempt = 0; attempt < 10; ++attempt) {
    if (::pread(fd.get(), now, sizeof now, 0) != ssize_t{sizeof now}) return std::nullopt;
    if (attempt > 0 && std::memcmp(now, before, sizeof now) == 0) break;
    std::memcpy(before, now, sizeof now);
  }
  const Page& page = *reinterpret_cast<const Page*>(now);
  return ControlState{Offset{page.acked.load()}, known_state(page.relay.load()), page.message.get(),
                      page.run_url.get(), page.writer_pid.load()};
}

}  // namespace tracker::spool
