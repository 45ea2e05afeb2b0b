#include "train/metrics_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/error.hpp"
#include "train/row_json.hpp"

namespace trainer::train {

MetricsFile::MetricsFile(const std::filesystem::path& file, Say say)
    : path_(file), say_(std::move(say)) {}

void MetricsFile::began(const TrainerState& state) {
  const int start = state.global_step > 0 ? O_APPEND : O_TRUNC;
  file_ = hub::FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | start, 0666));
  if (file_.get() < 0)
    throw Error(ErrorCode::kIo, path_.string() + ": cannot be written: " + std::strerror(errno));
}

void MetricsFile::logged(const Row& row) {
  pending_ += to_json(row).dump() + "\n";
  write_pending();
}

void MetricsFile::write_pending() {
  while (!pending_.empty()) {
    const ssize_t written = ::write(file_.get(), pending_.data(), pending_.size());
    if (written > 0) {
      pending_.erase(0, static_cast<std::size_t>(written));
      continue;
    }
    if (written < 0 && errno == EINTR) continue;
    if (!std::exchange(failing_, true)) {
      say_(fmt::format("{}: cannot be written: {}; training goes on, rows are kept for later",
                       path_.string(), std::strerror(errno)));
    }
    return;
  }
  failing_ = false;
}

}  // namespace trainer::train
