#include "cli/output.hpp"

#include <fcntl.h>

#include <filesystem>
#include <iostream>
#include <span>

namespace trainer::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = 1U << 18U;

}  // namespace

Output::Output(const std::string& name) : name_(name) {
  if (name == "-") return;
  std::error_code ignored;
  const fs::file_type type = fs::status(name, ignored).type();
  const bool plain = type == fs::file_type::regular;
  if (plain || type == fs::file_type::not_found || type == fs::file_type::none) {
    // A link stays one: the file that it leads to is replaced.
    file_.emplace(plain ? fs::canonical(name) : fs::path(name));
  } else {
    device_ = hub::open_file(name, O_WRONLY);
  }
}

void Output::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

void Output::flush() {
  if (file_) {
    file_->write(std::as_bytes(std::span(buffer_)));
  } else if (device_.get() >= 0) {
    hub::write_all(device_.get(), std::as_bytes(std::span(buffer_)), name_);
  } else if (!(std::cout << buffer_ << std::flush)) {
    throw Error(ErrorCode::kIo, "standard output cannot be written: was its reader closed?");
  }
  buffer_.clear();
}

void Output::commit() {
  flush();
  if (file_) file_->commit();
}

void write_whole(const std::string& name, std::string_view text) {
  Output output(name);
  output.write(text);
  output.commit();
}

}  // namespace trainer::cli
