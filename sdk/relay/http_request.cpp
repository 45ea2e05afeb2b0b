#include "relay/http_request.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <string_view>

#include <tracker/error.hpp>

#include "relay/trust.hpp"

namespace tracker::relay {
namespace {

struct CurlEasyFree {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct CurlListFree {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, CurlListFree>;

struct Receiving {
  std::string& body;
  std::size_t most;
};

std::size_t append_body(char* data, std::size_t size, std::size_t count, void* into) {
  auto& receiving = *static_cast<Receiving*>(into);
  if (receiving.body.size() + size * count > receiving.most) return 0;
  receiving.body.append(data, size * count);
  return size * count;
}

std::size_t take_header(char* data, std::size_t size, std::size_t count, void* into) {
  auto& headers = *static_cast<std::map<std::string, std::string>*>(into);
  const std::string_view line(data, size * count);
  if (line.starts_with("HTTP/")) headers.clear();  // of the page that a redirect led to
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return line.size();
  std::string name(line.substr(0, colon));
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto from = line.find_first_not_of(" \t", colon + 1);
  const auto to = line.find_last_not_of(" \t\r\n");
  headers[name] =
      from <= to && to != std::string_view::npos ? line.substr(from, to - from + 1) : "";
  return line.size();
}

int on_progress(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

// Why there is no answer. What is wrong with certificates does not pass by itself, and has a
// remedy.
Error failure(CURLcode code, const std::string& reason) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
      return Error(ErrorCode::kFailedPrecondition,
                   "its certificate is not accepted: " + reason +
                       ": if a private authority signed it, give that one's file with --ca-file or "
                       "$TRACKER_CA_FILE");
    case CURLE_SSL_CACERT_BADFILE:
      return Error(ErrorCode::kFailedPrecondition, reason + ": see --ca-file and $TRACKER_CA_FILE");
    case CURLE_SSL_CONNECT_ERROR:
      return Error(ErrorCode::kFailedPrecondition,
                   "no TLS connection: " + reason +
                       ": if the server runs without TLS, its address begins with http://");
    default:
      return Error(ErrorCode::kUnavailable, curl_easy_strerror(code));
  }
}

Headers headers_of(const HttpRequest& request) {
  Headers headers;
  for (const std::string& header : request.headers) {
    curl_slist* longer = curl_slist_append(headers.get(), header.c_str());
    if (longer == nullptr) throw Error(ErrorCode::kResourceExhausted, "no memory for a header");
    static_cast<void>(headers.release());
    headers.reset(longer);
  }
  return headers;
}

void set_request(CURL* curl, const HttpRequest& request, const Headers& headers) {
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION,
                   request.redirects == HttpRequest::Redirects::kFollow ? 1L : 0L);
  if (request.method == "GET") return;
  if (request.method == "HEAD") {  // or it would wait for a body
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    return;
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.body.empty()) return;
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
}

void set_trust(CURL* curl, HttpRequest::Peer peer) {
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  if (peer == HttpRequest::Peer::kTracker) {
    if (const auto file = ca_file(); !file.empty())
      curl_easy_setopt(curl, CURLOPT_CAINFO, file.c_str());
    return;
  }
  std::string all = all_certificates();
  curl_blob blob{all.data(), all.size(), CURL_BLOB_COPY};
  if (!all.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
}

}  // namespace

HttpAnswer send(const HttpRequest& request) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, CurlEasyFree> curl(curl_easy_init());
  if (!curl) throw Error(ErrorCode::kInternal, "libcurl could not be started");
  HttpAnswer answer;
  Receiving receiving{answer.body, request.most_bytes};
  const Headers headers = headers_of(request);
  set_request(curl.get(), request, headers);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append_body);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &receiving);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &answer.headers);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);  // other threads live in this process
  curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &request.stop);
  if (request.loopback) curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  set_trust(curl.get(), request.peer);
  std::array<char, CURL_ERROR_SIZE> reason{};
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, reason.data());
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_WRITE_ERROR) return {200, "", {}};  // too long: nothing of ours
  if (code != CURLE_OK)
    throw failure(code, reason[0] != '\0' ? reason.data() : curl_easy_strerror(code));
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  return answer;
}

}  // namespace tracker::relay
