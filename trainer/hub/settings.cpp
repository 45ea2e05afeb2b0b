#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>

#include "config/error.hpp"
#include "hub/hub.hpp"
#include "hub/url.hpp"

namespace trainer::hub {
namespace {

constexpr std::size_t kMaxTokenBytes = 4096;
constexpr int kMaxTimeoutSeconds = 86'400;
constexpr std::string_view kSpace = " \t\r\n";

// First of the variables that is set to something.
template <typename... Names>
std::string variable(Names... names) {
  std::string value;
  const auto take = [&value](const char* name) {
    const char* text = std::getenv(name);
    if (text != nullptr && *text != '\0') {
      value = text;
    }
    return !value.empty();
  };
  static_cast<void>((take(names) || ...));
  return value;
}

bool is_true(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return text == "1" || text == "ON" || text == "YES" || text == "TRUE";
}

// As Python's expanduser: a service has no $HOME, and its user a home all the same.
std::filesystem::path home() {
  if (std::string folder = variable("HOME"); !folder.empty()) {
    return folder;
  }
  const passwd* user = ::getpwuid(::getuid());
  return user != nullptr && user->pw_dir != nullptr ? user->pw_dir : "";
}

std::filesystem::path expanded(const std::string& text) {
  if (text == "~") {
    return home();
  }
  return text.starts_with("~/") ? home() / text.substr(2) : std::filesystem::path(text);
}

std::filesystem::path hf_home() {
  if (const std::string folder = variable("HF_HOME"); !folder.empty()) {
    return expanded(folder);
  }
  const std::string cache = variable("XDG_CACHE_HOME");
  return (cache.empty() ? home() / ".cache" : expanded(cache)) / "huggingface";
}

std::string trimmed(std::string text) {
  text.erase(0, std::min(text.find_first_not_of(kSpace), text.size()));
  text.erase(text.find_last_not_of(kSpace) + 1);
  return text;
}

std::string token_file() {
  const std::string named = variable("HF_TOKEN_PATH");
  std::ifstream stream(named.empty() ? hf_home() / "token" : expanded(named), std::ios::binary);
  std::string text(kMaxTokenBytes, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

std::string read_token() {
  if (is_true(variable("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) {
    return {};
  }
  std::string token = trimmed(variable("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"));
  if (token.empty()) {
    token = trimmed(token_file());
  }
  // It becomes a header: a line break in it would be another header.
  if (std::any_of(token.begin(), token.end(), [](char c) { return c <= ' ' || c == '\x7f'; })) {
    throw Error(
        ErrorCode::kUsage,
        "the hub's token has blanks or control characters in it: mend HF_TOKEN or the token "
        "file");
  }
  return token;
}

std::chrono::milliseconds seconds_or(const char* name, std::chrono::milliseconds fallback) {
  const std::string text = variable(name);
  if (text.empty()) {
    return fallback;
  }
  int seconds = 0;
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || last != text.data() + text.size() || seconds < 1 ||
      seconds > kMaxTimeoutSeconds) {
    throw Error(ErrorCode::kUsage,
                std::string(name) + " '" + text + "' is not a number of seconds from 1 to 86400");
  }
  return std::chrono::seconds(seconds);
}

std::string read_endpoint(const std::string& fallback) {
  std::string endpoint = variable("HF_ENDPOINT");
  if (endpoint.empty()) {
    return fallback;
  }
  endpoint.erase(endpoint.find_last_not_of('/') + 1);
  if (!Url::parse(endpoint)) {
    throw Error(ErrorCode::kUsage,
                "HF_ENDPOINT '" + endpoint +
                    "' is not an address like https://huggingface.co: mend it or unset it");
  }
  return endpoint;
}

}  // namespace

HubSettings HubSettings::from_environment() {
  HubSettings settings;
  settings.endpoint = read_endpoint(settings.endpoint);
  settings.token = read_token();
  const std::string cache = variable("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE");
  settings.cache = cache.empty() ? hf_home() / "hub" : expanded(cache);
  settings.offline = is_true(variable("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"));
  settings.symlinks = !is_true(variable("HF_HUB_DISABLE_SYMLINKS"));
  settings.progress_bars = !is_true(variable("HF_HUB_DISABLE_PROGRESS_BARS"));
  settings.ca_bundle = variable("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE");
  settings.metadata_timeout = seconds_or("HF_HUB_ETAG_TIMEOUT", settings.metadata_timeout);
  settings.download_timeout = seconds_or("HF_HUB_DOWNLOAD_TIMEOUT", settings.download_timeout);
  return settings;
}

}  // namespace trainer::hub
