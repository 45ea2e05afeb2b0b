#include "cli/output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <tracker/error.hpp>

namespace tracker::cli {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;

Error cannot_write(const std::string& where, int error) {
  const auto code = error == ENOSPC || error == EDQUOT ? ErrorCode::kResourceExhausted
                                                       : ErrorCode::kFailedPrecondition;
  return Error(code, "cannot write " + where + ": " + std::strerror(error));
}

}  // namespace

Output::Output() : descriptor_(STDOUT_FILENO) {}

Output::Output(std::filesystem::path file)
    : file_(std::move(file)), temporary_(file_.string() + ".part-" + std::to_string(getpid())) {
  descriptor_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) throw cannot_write(file_.string(), errno);
}

Output::~Output() {
  if (file_.empty()) return;
  if (descriptor_ >= 0) close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void Output::write(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() >= kBufferBytes) flush();
}

void Output::flush() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const ssize_t written = ::write(descriptor_, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      throw OutputClosed{};
    } else if (errno != EINTR) {
      throw cannot_write(file_.empty() ? "standard output" : file_.string(), errno);
    }
  }
  buffer_.clear();
}

void Output::commit() {
  flush();
  if (file_.empty()) return;
  const bool synced = fsync(descriptor_) == 0;
  const bool closed = close(std::exchange(descriptor_, -1)) == 0;
  if (!synced || !closed || rename(temporary_.c_str(), file_.c_str()) != 0)
    throw cannot_write(file_.string(), errno);
  temporary_.clear();
}

std::optional<std::filesystem::path> Output::path() const {
  if (file_.empty()) return std::nullopt;
  return temporary_;
}

void Speaker::say(std::string_view line) {
  if (closed_) return;
  try {
    out_.write(std::string(line) + "\n");
    out_.flush();
  } catch (const OutputClosed&) {
    closed_ = true;
  }
}

}  // namespace tracker::cli
