// Artifacts are fetched by the program `tracker`: gRPC stays out of the process that is tracked.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <vector>

#include <tracker/artifact.hpp>
#include <tracker/error.hpp>

#include "artifact/kept_version.hpp"
#include "artifact/names.hpp"
#include "base/error_names.hpp"
#include "base/fd.hpp"
#include "src/relay_process.hpp"

extern char** environ;

namespace tracker {
namespace {

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n > 0) text.append(buffer, static_cast<std::size_t>(n));
    if (n == 0 || (n < 0 && errno != EINTR)) return text;
  }
}

struct Output {
  int status = 0;
  std::string text;
};

// Runs a program; its standard error stays ours, so that its progress and its complaints are seen.
Output run(std::vector<std::string> words) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw Error(ErrorCode::kResourceExhausted, std::string("no pipe: ") + std::strerror(errno));
  const base::Fd in(ends[0]);
  base::Fd out(ends[1]);
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out.get(), STDOUT_FILENO);
  pid_t pid = 0;
  const int error =
      ::posix_spawn(&pid, words[0].c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0)
    throw Error(ErrorCode::kUnavailable, "cannot start " + words[0] + ": " + std::strerror(error));
  out.reset();
  Output output;
  output.text = read_all(in.get());
  while (::waitpid(pid, &output.status, 0) < 0 && errno == EINTR) {
  }
  return output;
}

std::vector<std::string> words_for(const std::string& program, std::string_view name,
                                   const FetchSettings& settings) {
  std::vector<std::string> words = {program,           "artifact", "get",
                                    std::string(name), "--json",   "--json-errors"};
  if (!settings.project.empty()) words.insert(words.end(), {"--project", settings.project});
  if (!settings.type.empty()) words.insert(words.end(), {"--type", settings.type});
  if (!settings.server.empty()) words.insert(words.end(), {"--server", settings.server});
  for (const auto& glob : settings.exclude) words.insert(words.end(), {"--exclude", glob});
  if (settings.folder.empty())
    words.emplace_back("--cached");
  else
    words.insert(words.end(), {"--output", settings.folder.string()});
  return words;
}

// Until this process ends nobody makes room with the folder: its files may be read, or mapped, at
// any time. A cache that may not be written has nobody who makes room in it.
void keep_for_good(const std::filesystem::path& folder) {
  static std::mutex mutex;
  static auto* const kept = new std::map<std::filesystem::path, artifact::KeptVersion>;
  const std::lock_guard lock(mutex);
  if (kept->contains(folder)) return;
  try {
    kept->try_emplace(folder, folder);
  } catch (const Error&) {
    return;
  }
}

}  // namespace

FetchedArtifact fetch_artifact(std::string_view name, const FetchSettings& settings) {
  artifact::parse_name(name);  // so that it is no option of the program's
  const auto program = find_program("tracker", settings.program);
  if (!program)
    throw Error(ErrorCode::kFailedPrecondition,
                "no program tracker beside this one or in $PATH: it fetches artifacts");
  const Output output = run(words_for(program->string(), name, settings));
  const auto json = nlohmann::json::parse(output.text, nullptr, false);
  if (json.is_object() && json.contains("error"))
    throw Error(base::error_code_of(json.value("code", "")), json.at("error").get<std::string>());
  if (output.status != 0 || !json.is_object())
    throw Error(ErrorCode::kUnavailable,
                "the artifact " + std::string(name) + " could not be fetched");
  const std::filesystem::path folder = json.at("directory").get<std::string>();
  if (settings.folder.empty()) keep_for_good(folder);
  return {folder,
          json.at("project").get<std::string>() + '/' + json.at("name").get<std::string>() + ':' +
              json.at("version").get<std::string>(),
          json.at("type").get<std::string>()};
}

}  // namespace tracker
