#include "cli/secret_input.hpp"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include <tracker/error.hpp>

#include "cli/text.hpp"

namespace tracker::cli {
namespace {

// Turns the terminal's echo off as long as it lives.
class Silence {
 public:
  Silence() : works_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!works_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~Silence() {
    if (!works_) return;
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    std::fputc('\n', stderr);
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  termios before_{};
  bool works_;
};

}  // namespace

bool has_terminal() { return ::isatty(STDIN_FILENO) != 0; }

std::string read_secret(const std::string& question) {
  std::string line;
  {
    const Silence silence;
    if (has_terminal()) std::fprintf(stderr, "%s ", printable(question).c_str());
    std::getline(std::cin, line);
  }
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  if (!line.empty()) return line;
  throw Error(ErrorCode::kFailedPrecondition,
              "nothing came on standard input where the " + question + " was expected");
}

}  // namespace tracker::cli
