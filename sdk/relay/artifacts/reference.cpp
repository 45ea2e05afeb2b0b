#include "relay/artifacts/reference.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cctype>
#include <charconv>
#include <chrono>
#include <cstdlib>

#include <tracker/error.hpp>

#include "artifact/chunk_io.hpp"
#include "artifact/names.hpp"
#include "artifact/paths.hpp"
#include "base/fd.hpp"
#include "relay/http_request.hpp"

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

constexpr std::chrono::seconds kLongestAnswer{30};

HttpAnswer ask(const std::string& url, const std::string& token, HttpRequest::Redirects redirects) {
  HttpRequest request;
  request.url = url;
  request.method = "HEAD";
  request.peer = HttpRequest::Peer::kOther;
  request.redirects = redirects;
  request.timeout = kLongestAnswer;
  if (!token.empty()) request.headers = {"Authorization: Bearer " + token};
  try {
    return send(request);
  } catch (const Error& error) {
    throw Error(ErrorCode::kUnavailable,
                artifact::shown(url) + " does not answer: " + error.what() + "; try again later");
  }
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
  const HttpAnswer answer =
      ask(hub_page(reference.url), variable("HF_TOKEN", ""), HttpRequest::Redirects::kReport);
  check_status(reference.url, answer.status);
  const bool linked = !answer.header("x-linked-etag").empty();
  record(reference, answer.header(linked ? "x-linked-etag" : "etag"),
         answer.header(linked ? "x-linked-size" : "content-length"));
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
    const HttpAnswer answer = ask(reference.url, "", HttpRequest::Redirects::kFollow);
    check_status(reference.url, answer.status);
    record(reference, answer.header("etag"), answer.header("content-length"));
  }
  return reference;
}

}  // namespace tracker::relay
