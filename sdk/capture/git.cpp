#include "capture/git.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <vector>

#include "base/fd.hpp"
#include "base/utf8.hpp"
#include "capture/environment.hpp"

extern char** environ;

namespace tracker::capture {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kMaxOutput = 4u << 20;

// What a program that we cannot wait for for ever writes to stdout; nothing if it fails or is too
// slow.
std::optional<std::string> output_of(std::vector<std::string> arguments,
                                     Clock::time_point deadline) {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) return std::nullopt;
  base::Fd reader(fds[0]), writer(fds[1]);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, writer.get(), 1);
  ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = -1;
  const int rc = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (rc != 0) return std::nullopt;
  writer.reset();
  std::string out;
  bool complete = false;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd ready{reader.get(), POLLIN, 0};
    if (left <= 0) break;
    const int polled = ::poll(&ready, 1, static_cast<int>(left));
    if (polled < 0 && errno == EINTR) continue;
    if (polled <= 0) break;
    char bytes[4096];
    const ssize_t n = ::read(reader.get(), bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    complete = n == 0;
    if (n <= 0 || out.size() > kMaxOutput) break;
    out.append(bytes, static_cast<std::size_t>(n));
  }
  if (!complete) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return std::nullopt;  // the program reaps all children itself
  }
  if (!complete || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return std::nullopt;
  return out;
}

void read_status_line(std::string_view line, GitState& state) {
  constexpr std::string_view kCommit = "# branch.oid ", kBranch = "# branch.head ";
  if (line.starts_with(kCommit)) {
    line.remove_prefix(kCommit.size());
    if (line != "(initial)") state.commit = line;
  } else if (line.starts_with(kBranch)) {
    line.remove_prefix(kBranch.size());
    if (line != "(detached)") state.branch = base::to_text(line);
  } else if (line.starts_with("1 ") || line.starts_with("2 ") || line.starts_with("u ")) {
    ++state.changed_files;
  }
}

}  // namespace

std::optional<GitState> read_git(const std::filesystem::path& directory) {
  const auto deadline = Clock::now() + std::chrono::seconds(2);
  // Without optional locks a program that is watched never gets in the way of a git at work.
  const std::vector<std::string> git = {"git", "--no-optional-locks", "-C", directory.string()};
  auto command = git;
  command.insert(command.end(), {"status", "--porcelain=v2", "--branch", "--untracked-files=no"});
  const auto status = output_of(command, deadline);
  if (!status) return std::nullopt;
  GitState state;
  for (std::string_view rest = *status; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    read_status_line(rest.substr(0, end), state);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  command = git;
  command.insert(command.end(), {"config", "--get", "remote.origin.url"});
  if (auto url = output_of(command, deadline)) {
    while (url->ends_with('\n')) url->pop_back();
    state.remote = base::to_text(without_credentials(*url));
  }
  return state;
}

std::optional<std::string> read_diff(const std::filesystem::path& directory) {
  const auto out = output_of({"git", "--no-optional-locks", "-C", directory.string(), "diff",
                              "--no-color", "--no-ext-diff", "--no-textconv", "HEAD"},
                             Clock::now() + std::chrono::seconds(2));
  if (!out || out->empty()) return std::nullopt;
  std::string diff = without_secrets_in(base::to_text(*out));
  if (diff.size() <= kMostDiffBytes) return diff;
  diff.resize(diff.rfind('\n', kMostDiffBytes) + 1);
  return diff + "# the rest of " + std::to_string(out->size()) + " bytes is left out\n";
}

std::string without_credentials(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const std::size_t host = scheme + 3;
  const std::size_t slash = std::min(url.find('/', host), url.size());
  const std::size_t at = url.substr(0, slash).rfind('@');
  std::string out(url.substr(0, host));
  out += url.substr(at != std::string_view::npos && at >= host ? at + 1 : host);
  return out.substr(0, out.find_first_of("?#"));
}

}  // namespace tracker::capture
