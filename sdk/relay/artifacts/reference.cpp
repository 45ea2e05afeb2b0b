#include "relay/artifacts/reference.hpp"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <map>
#include <memory>

#include <tracker/error.hpp>

#include "artifact/chunk_io.hpp"
#include "artifact/names.hpp"
#include "artifact/paths.hpp"
#include "base/fd.hpp"

namespace tracker::relay {
namespace {

constexpr std::size_t kMostChecksum = 256;

[[noreturn]] void refuse(const std::string& url, const std::string& why) {
  throw Error(ErrorCode::kInvalidArgument, "the reference " + artifact::shown(url) + ' ' + why);
}

// Where the URL begins in "[PATH=]URL".
std::size_t begin_of_url(const std::string& text) {
  const auto colon = text.find("://");
  if (colon == std::string::npos) refuse(text, "is no URL");
  std::size_t at = colon;
  while (at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0) --at;
  if (at > 0 && text[at - 1] != '=') refuse(text, "is neither URL nor PATH=URL");
  return at;
}

std::string last_part(const std::string& url) {
  const std::string path = url.substr(0, url.find_first_of("?#"));
  return path.substr(path.rfind('/') + 1);
}

void look_at_file(Reference& reference) {
  const std::string file = reference.url.substr(std::string_view("file://").size());
  if (file.empty() || file.front() != '/') refuse(reference.url, "is not file:///ABSOLUTE/PATH");
  const base::Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0)
    throw Error(ErrorCode::kNotFound, "there is no file " + file + " that can be read");
  if (!S_ISREG(status.st_mode)) refuse(reference.url, "is no file");
  reference.size = static_cast<std::uint64_t>(status.st_size);
  reference.checksum = "sha256:" + artifact::digest_of(fd.get()).hex();
}

struct Headers {
  long status = 0;
  std::map<std::string, std::string> fields;  // names in lower case

  std::string at(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
};

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* into) {
  auto& headers = *static_cast<Headers*>(into);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) headers.fields.clear();  // of the page that a redirect led to
  if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto from = line.find_first_not_of(" \t", colon + 1);
    const auto to = line.find_last_not_of(" \t\r\n");
    if (from != std::string_view::npos && to != std::string_view::npos && from <= to)
      headers.fields[name] = line.substr(from, to - from + 1);
  }
  return line.size();
}

enum class Redirects { kFollow, kReport };

Headers ask(const std::string& url, const std::string& token, Redirects redirects) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                 curl_easy_cleanup);
  if (!curl) throw Error(ErrorCode::kInternal, "libcurl could not be started");
  Headers headers;
  curl_slist* list = nullptr;
  if (!token.empty()) list = curl_slist_append(list, ("Authorization: Bearer " + token).c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owned(list,
                                                                          curl_slist_free_all);
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_NOBODY, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &headers);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, 30'000L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, redirects == Redirects::kFollow ? 1L : 0L);
  if (const CURLcode code = curl_easy_perform(curl.get()); code != CURLE_OK)
    throw Error(ErrorCode::kUnavailable, artifact::shown(url) + " does not answer: " +
                                             curl_easy_strerror(code) + "; try again later");
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &headers.status);
  return headers;
}

void check_status(const std::string& url, long status) {
  if (status < 400) return;
  const std::string what = artifact::shown(url) + " answers " + std::to_string(status);
  if (status == 401 || status == 403)
    throw Error(ErrorCode::kPermissionDenied, what + ": it may not be read without a login");
  if (status >= 500) throw Error(ErrorCode::kUnavailable, what + ": try again later");
  throw Error(ErrorCode::kNotFound, what + ": check the address");
}

void record(Reference& reference, std::string etag, const std::string& size) {
  if (etag.starts_with("W/")) etag.erase(0, 2);
  std::erase(etag, '"');
  if (!etag.empty() && etag.size() + 5 <= kMostChecksum) reference.checksum = "etag:" + etag;
  std::uint64_t bytes = 0;
  const auto [end, failed] = std::from_chars(size.data(), size.data() + size.size(), bytes);
  if (failed == std::errc() && end == size.data() + size.size()) reference.size = bytes;
}

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr || *value == '\0' ? otherwise : value;
}

// hf://[datasets/]ORG/REPO[@REVISION]/FILE as the address of the file's page.
std::string hub_page(const std::string& url) {
  std::string rest = url.substr(std::string_view("hf://").size());
  const bool dataset = rest.starts_with("datasets/");
  const std::string prefix = dataset ? "datasets/" : "";
  rest.erase(0, prefix.size());
  const auto first = rest.find('/');
  const auto second = first == std::string::npos ? first : rest.find('/', first + 1);
  if (second == std::string::npos) refuse(url, "is not hf://[datasets/]ORG/REPO[@REVISION]/FILE");
  std::string repository = rest.substr(0, second), revision = "main";
  if (const auto at = repository.find('@'); at != std::string::npos) {
    revision = repository.substr(at + 1);
    repository.erase(at);
  }
  return variable("HF_ENDPOINT", "https://huggingface.co") + '/' + prefix + repository +
         "/resolve/" + revision + rest.substr(second);
}

// The hub says what it knows before it leads elsewhere, where the token must not go.
void look_at_hub(Reference& reference) {
  const Headers headers =
      ask(hub_page(reference.url), variable("HF_TOKEN", ""), Redirects::kReport);
  check_status(reference.url, headers.status);
  const bool linked = !headers.at("x-linked-etag").empty();
  record(reference, headers.at(linked ? "x-linked-etag" : "etag"),
         headers.at(linked ? "x-linked-size" : "content-length"));
}

}  // namespace

Reference look_up_reference(const std::string& text) {
  const std::size_t begin = begin_of_url(text);
  Reference reference;
  reference.url = text.substr(begin);
  reference.path = begin == 0 ? last_part(reference.url) : text.substr(0, begin - 1);
  if (const char* fault = artifact::url_fault(reference.url)) refuse(reference.url, fault);
  artifact::check_path(reference.path);
  const std::string scheme = reference.url.substr(0, reference.url.find(':'));
  if (scheme == "file") {
    look_at_file(reference);
  } else if (scheme == "hf") {
    look_at_hub(reference);
  } else if (scheme == "http" || scheme == "https") {
    const Headers headers = ask(reference.url, "", Redirects::kFollow);
    check_status(reference.url, headers.status);
    record(reference, headers.at("etag"), headers.at("content-length"));
  }
  return reference;
}

}  // namespace tracker::relay
