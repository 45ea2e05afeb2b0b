#include <poll.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/log_text.hpp"
#include "embedded/cluster_files.hpp"
#include "embedded/cluster_processes.hpp"
#include "embedded/embedded_postgres.hpp"

// The watching half of EmbeddedPostgres: what happens after start().
namespace tracker::embedded {

using namespace std::chrono_literals;

void EmbeddedPostgres::supervise() {
  while (true) {
    pollfd watched[2] = {{process_->pidfd(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    if (::poll(watched, 2, -1) < 0 && errno != EINTR) return;
    if (watched[1].revents != 0) return;
    if (watched[0].revents == 0) continue;
    process_->wait_for(0ms);
    spdlog::error("event=postgres_died pid={} action=restart", postmaster_.exchange(0));
    revive();
    if (stopping_.stop_requested()) return;
  }
}

void EmbeddedPostgres::revive() {
  auto pause = 200ms;
  while (!stopping_.stop_requested()) {
    try {
      launch(stopping_.get_token());
      spdlog::info("event=postgres_restarted pid={}", postmaster_.load());
      return;
    } catch (const std::exception& error) {
      if (stopping_.stop_requested()) return;
      spdlog::error("event=postgres_restart_failed retry_ms={} error={}", pause.count(),
                    core::quoted(error.what()));
    }
    pollfd wake{wake_.get(), POLLIN, 0};
    ::poll(&wake, 1, static_cast<int>(pause.count()));
    pause = std::min(pause * 2, std::chrono::milliseconds(10'000));
  }
}

void EmbeddedPostgres::stop() noexcept {
  stopping_.request_stop();
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto ignored = ::write(wake_.get(), &one, sizeof one);
  if (supervisor_.joinable()) supervisor_.join();
  if (process_) {
    stop_postmaster(*process_);
    process_.reset();
    postmaster_ = 0;
  }
  if (!socket_directory_.empty()) remove_socket_directory(socket_directory_);
}

}  // namespace tracker::embedded
