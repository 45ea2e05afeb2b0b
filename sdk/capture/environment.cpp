#include "capture/environment.hpp"

#include <pwd.h>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "base/utf8.hpp"
#include "capture/git.hpp"
#include "capture/nvml.hpp"
#include "capture/proc.hpp"

namespace tracker::capture {
namespace {

using base::to_text;
using nlohmann::json;

constexpr const char* kMask = "***";
// A command line may have megabytes, the record they go into must not.
constexpr std::size_t kMaxArgumentBytes = 64u << 10;

bool speaks_of_a_secret(std::string_view name) {
  std::string lower;
  for (const char c : name) {
    if (c != '-' && c != '_')
      lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  const auto has = [&](std::string_view word) { return lower.find(word) != std::string::npos; };
  // "tokenizer" and "max-tokens" are no secrets, "keys" and "keyboard" neither.
  return lower.ends_with("token") || lower.ends_with("key") || lower.ends_with("auth") ||
         has("passw") || has("secret") || has("credential");
}

std::vector<std::string> arguments_of_process() {
  std::vector<std::string> out;
  const std::string all = read_proc("/proc/self/cmdline");
  for (std::size_t at = 0; at < all.size();) {
    if (at > kMaxArgumentBytes) {
      out.push_back("...");
      break;
    }
    const std::size_t end = std::min(all.find('\0', at), all.size());
    out.push_back(to_text(std::string_view(all).substr(at, std::min(end - at, kMaxArgumentBytes))));
    at = end + 1;
  }
  return out;
}

std::string user_name() {
  const passwd* user = ::getpwuid(::getuid());
  return user != nullptr ? user->pw_name : std::to_string(::getuid());
}

std::string os_name() {
  std::ifstream in("/etc/os-release");
  for (std::string line; std::getline(in, line);) {
    constexpr std::string_view kKey = "PRETTY_NAME=\"";
    if (line.starts_with(kKey) && line.ends_with('"'))
      return line.substr(kKey.size(), line.size() - kKey.size() - 1);
  }
  return "Linux";
}

std::string cpu_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return {};
}

unsigned usable_cores() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<unsigned>(CPU_COUNT(&set));
  return std::thread::hardware_concurrency();
}

json git_json(const GitState& state) {
  json out = {{"changed_files", state.changed_files}};
  if (!state.commit.empty()) out["commit"] = state.commit;
  if (!state.branch.empty()) out["branch"] = state.branch;
  if (!state.remote.empty()) out["remote"] = state.remote;
  return out;
}

}  // namespace

std::vector<std::string> without_secrets(std::vector<std::string> arguments) {
  bool mask_next = false;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    std::string& argument = arguments[i];
    const bool is_flag = argument.starts_with('-');
    if (std::exchange(mask_next, false) && !is_flag) {
      argument = kMask;
      continue;
    }
    const std::size_t equals = argument.find('=');
    if (speaks_of_a_secret(argument.substr(0, equals))) {
      if (equals != std::string::npos)
        argument = argument.substr(0, equals + 1) + kMask;
      else
        mask_next = is_flag;
    } else if (const std::size_t scheme = argument.find("://"); scheme != std::string::npos) {
      if (argument.find('@', scheme) != std::string::npos) argument = without_credentials(argument);
    }
  }
  return arguments;
}

std::string environment_json(GitCapture git) {
  json out = {{"os", os_name()},
              {"user", user_name()},
              {"pid", ::getpid()},
              {"cores", usable_cores()},
              {"arguments", without_secrets(arguments_of_process())}};
  utsname system{};
  if (::uname(&system) == 0) {
    out["host"] = system.nodename;
    out["kernel"] = system.release;
  }
  std::error_code error;
  const auto directory = std::filesystem::current_path(error);
  if (!error) out["directory"] = directory.string();
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) out["program"] = program.string();
  if (const std::string cpu = cpu_name(); !cpu.empty()) out["cpu"] = cpu;
  if (const auto memory = read_memory()) out["memory_bytes"] = memory->total_bytes;
  json gpus = json::array();
  if (const Nvml* nvml = Nvml::get()) {
    for (const GpuInfo& gpu : nvml->devices()) {
      gpus.push_back({{"name", gpu.name}, {"memory_bytes", gpu.memory_bytes}});
    }
  }
  if (!gpus.empty()) out["gpus"] = gpus;
  if (git == GitCapture::kOn && !directory.empty()) {
    if (const auto state = read_git(directory)) out["git"] = git_json(*state);
  }
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace tracker::capture
