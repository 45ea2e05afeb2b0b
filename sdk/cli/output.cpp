#include "cli/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <tracker/error.hpp>

namespace tracker::cli {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr mode_t kFileMode = 0644;

void write_to_stdout(std::string_view left) {
  while (!left.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, left.data(), left.size());
    if (written >= 0) {
      left.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EPIPE) {
      throw OutputClosed{};
    } else if (errno != EINTR) {
      const bool full = errno == ENOSPC || errno == EDQUOT;
      throw Error(full ? ErrorCode::kResourceExhausted : ErrorCode::kFailedPrecondition,
                  std::string("cannot write standard output: ") + std::strerror(errno) +
                      (full ? "; free some room where it goes" : "; send it somewhere else"));
    }
  }
}

}  // namespace

Output::Output(std::filesystem::path file) { file_.emplace(std::move(file), kFileMode); }

void Output::write(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() >= kBufferBytes) flush();
}

void Output::flush() {
  if (file_)
    file_->write(buffer_);
  else
    write_to_stdout(buffer_);
  buffer_.clear();
}

void Output::commit() {
  flush();
  if (file_) file_->commit();
}

std::optional<std::filesystem::path> Output::path() const {
  if (!file_) return std::nullopt;
  return file_->temporary();
}

void Speaker::say(std::string_view line) { write(std::string(line) + "\n"); }

void Speaker::write(std::string_view text) {
  if (closed_) return;
  try {
    out_.write(text);
    out_.flush();
  } catch (const OutputClosed&) {
    closed_ = true;
  }
}

}  // namespace tracker::cli
