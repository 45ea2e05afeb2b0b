#include "cli/transfer_progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "cli/text.hpp"

namespace tracker::cli {
namespace {

std::size_t columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col : 80;
}

void paint(const std::stop_token& over, const std::function<std::string()>& line) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!wake.wait_for(lock, over, std::chrono::milliseconds(100),
                        [&] { return over.stop_requested(); }))
    fmt::print(stderr, "\r\x1b[K{}", printable(line()).substr(0, columns() - 1));
  std::fputs("\r\x1b[K", stderr);
}

}  // namespace

TransferProgress::TransferProgress(std::function<std::string()> line) {
  if (::isatty(STDERR_FILENO) == 0) return;
  painter_ =
      std::jthread([line = std::move(line)](const std::stop_token& over) { paint(over, line); });
}

TransferProgress::~TransferProgress() = default;

TransferProgress show(const relay::DownloadProgress& progress) {
  const auto began = std::chrono::steady_clock::now();
  return TransferProgress([&progress, began] {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - began;
    return amount_text(progress.bytes_here + progress.bytes_fetched, progress.bytes_total,
                       elapsed.count());
  });
}

std::string amount_text(std::uint64_t done, std::uint64_t total, double elapsed) {
  const double rate = static_cast<double>(done) / std::max(elapsed, 0.001);
  std::string text = fmt::format("{} of {}  {}/s", bytes_text(done), bytes_text(total),
                                 bytes_text(static_cast<std::uint64_t>(rate)));
  if (done > 0 && done < total)
    text += fmt::format("  {} left", duration_text(static_cast<double>(total - done) / rate));
  return text;
}

}  // namespace tracker::cli
