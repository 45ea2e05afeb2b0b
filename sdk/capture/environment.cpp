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
#include <regex>
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
      gpus.push_back(
          {{"index", gpu.index}, {"name", gpu.name}, {"memory_bytes", gpu.memory_bytes}});
    }
  }
  if (!gpus.empty()) out["gpus"] = gpus;
  if (git == GitCapture::kOn && !directory.empty()) {
    if (const auto state = read_git(directory)) out["git"] = git_json(*state);
  }
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

namespace {

bool is_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
}

// Where the value of the name that ends at `at` begins; npos if there is none.
std::size_t value_behind(std::string_view line, std::size_t at) {
  constexpr std::string_view kQuotes = "\"'", kSpace = " \t";
  if (at < line.size() && kQuotes.find(line[at]) != std::string_view::npos) ++at;
  at = std::min(line.find_first_not_of(kSpace, at), line.size());
  if (at >= line.size() || (line[at] != '=' && line[at] != ':')) return std::string_view::npos;
  at = line.find_first_not_of("=: \t", at);
  return at == std::string_view::npos ? at : std::min(at, line.size());
}

// Up to the quote that closes it, else to the next space or comma.
std::size_t end_of_value(std::string_view line, std::size_t begin) {
  const char quote = line[begin];
  const std::size_t end = quote == '"' || quote == '\'' ? line.find(quote, begin + 1)
                                                        : line.find_first_of(" \t,;)", begin);
  return std::min(end, line.size());
}

std::string without_secrets_in_line(std::string_view line) {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = at;
    while (end < line.size() && is_name(line[end])) ++end;
    if (end == at) {
      out += line[at++];
      continue;
    }
    const std::string_view name = line.substr(at, end - at);
    out += name;
    at = end;
    const std::size_t value =
        speaks_of_a_secret(name) ? value_behind(line, end) : std::string_view::npos;
    if (value == std::string_view::npos) continue;
    out += line.substr(end, value - end);
    const std::size_t rest = end_of_value(line, value);
    const bool quoted = line[value] == '"' || line[value] == '\'';
    out += quoted ? line[value] + std::string(kMask) : std::string(kMask);
    at = rest;
  }
  return out;
}

}  // namespace

std::string without_secrets_in(std::string_view text) {
  static const std::regex kCredentials(R"((\w+://)[^/\s@'"]+@)");
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line = without_secrets_in_line(text.substr(0, end));
    if (line.find("://") != std::string::npos && line.size() < 4'096)
      line = std::regex_replace(line, kCredentials, "$1");
    out += line;
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace tracker::capture
