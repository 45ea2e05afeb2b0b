#include "hub/http_client.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>

#include "config/error.hpp"

namespace trainer::hub {
namespace {

constexpr std::size_t kMaxHeaderBytes = 256U << 10U;
constexpr std::size_t kMaxIdleHandles = 8;
constexpr std::string_view kBlanks = " \t\r\n";

struct HandleDeleter {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, HandleDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

// What the callbacks of one exchange share.
struct Exchange {
  CURL* handle;
  HttpResponse* response;
  const BodySink* sink;
  std::chrono::milliseconds idle_timeout;
  std::chrono::steady_clock::time_point last_byte = std::chrono::steady_clock::now();
  curl_off_t bytes = 0;
  std::size_t header_bytes = 0;
  bool too_long = false;
  bool silent = false;
};

void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) {
    throw Error(ErrorCode::kInternal,
                std::string("libcurl cannot start: ") + curl_easy_strerror(started));
  }
}

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  const std::string_view line(data, size * count);
  exchange.header_bytes += line.size();
  if (exchange.header_bytes > kMaxHeaderBytes) {
    exchange.too_long = true;
    return 0;
  }
  if (line.starts_with("HTTP/")) {  // a new block, after "100 Continue" or a proxy's answer
    exchange.response->headers.clear();
    return line.size();
  }
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    exchange.response->headers.insert_or_assign(
        std::move(name), std::string(without_blanks(line.substr(colon + 1))));
  }
  return line.size();
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& exchange = *static_cast<Exchange*>(user);
  HttpResponse& response = *exchange.response;
  const std::size_t length = size * count;
  if (response.status == 0) {
    long status = 0;
    curl_easy_getinfo(exchange.handle, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
  }
  if (*exchange.sink) {
    if (!(*exchange.sink)(response, std::as_bytes(std::span(data, length)))) {
      response.refused = true;
      return 0;
    }
    return length;
  }
  if (response.body.size() + length > HttpClient::kMaxBody) {
    exchange.too_long = true;
    return 0;
  }
  response.body.append(data, length);
  return length;
}

// Called by libcurl about once a second when nothing comes. Its own limit (CURLOPT_LOW_SPEED_TIME)
// looks at an average over five seconds, and so comes late.
int on_tick(void* user, curl_off_t, curl_off_t received, curl_off_t, curl_off_t) {
  auto& exchange = *static_cast<Exchange*>(user);
  const auto now = std::chrono::steady_clock::now();
  if (const curl_off_t bytes = received + static_cast<curl_off_t>(exchange.header_bytes);
      bytes != exchange.bytes) {
    exchange.bytes = bytes;
    exchange.last_byte = now;
  }
  exchange.silent = now - exchange.last_byte > exchange.idle_timeout;
  return exchange.silent ? 1 : 0;
}

List header_list(const std::vector<std::string>& headers) {
  List list;
  for (const std::string& header : headers) {
    curl_slist* longer = curl_slist_append(list.get(), header.c_str());
    if (longer == nullptr) {
      throw std::bad_alloc();
    }
    static_cast<void>(list.release());
    list.reset(longer);
  }
  return list;
}

void configure(CURL* handle, const HttpRequest& request, const curl_slist* headers) {
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(handle, CURLOPT_NOBODY, request.method == Method::kHead ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);  // they are the proxy's
  // Decodes what comes compressed though nobody asked for it; what is asked for say the headers.
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "identity");
  curl_easy_setopt(handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(request.connect_timeout.count()));
  if (request.total_timeout) {
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(request.total_timeout->count()));
  }
  // libcurl leaves this one out, for in a CGI program a client may set it (by a header Proxy:).
  const char* proxy = std::getenv("HTTP_PROXY");
  if (proxy != nullptr && *proxy != '\0' && std::getenv("http_proxy") == nullptr &&
      std::getenv("REQUEST_METHOD") == nullptr && request.url.starts_with("http:")) {
    curl_easy_setopt(handle, CURLOPT_PROXY, proxy);
  }
}

}  // namespace

struct HttpClient::Pool {
  std::string ca_bundle;
  std::mutex mutex;
  std::vector<Handle> idle;

  Handle take() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        Handle handle = std::move(idle.back());
        idle.pop_back();
        return handle;
      }
    }
    Handle handle(curl_easy_init());
    if (!handle) {
      throw Error(ErrorCode::kInternal, "libcurl gives no handle: out of memory?");
    }
    return handle;
  }

  // Options go, for they point into the exchange that ends here; open connections stay.
  void give_back(Handle handle) {
    curl_easy_reset(handle.get());
    const std::lock_guard lock(mutex);
    if (idle.size() < kMaxIdleHandles) {
      idle.push_back(std::move(handle));
    }
  }
};

std::string_view HttpResponse::header(std::string_view name) const {
  const auto at = headers.find(name);
  return at == headers.end() ? std::string_view() : std::string_view(at->second);
}

std::optional<std::uint64_t> HttpResponse::header_number(std::string_view name) const {
  const std::string_view text = header(name);
  std::uint64_t number = 0;
  const auto [last, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && last == text.data() + text.size() && !text.empty()
             ? std::optional(number)
             : std::nullopt;
}

bool is_plain(const HttpResponse& response) {
  const std::string_view encoding = response.header("content-encoding");
  return encoding.empty() || encoding == "identity";
}

HttpClient::HttpClient(std::string ca_bundle) : pool_(std::make_unique<Pool>()) {
  start_curl();
  pool_->ca_bundle = std::move(ca_bundle);
}

HttpClient::~HttpClient() = default;

HttpResponse HttpClient::send(const HttpRequest& request, const BodySink& sink) const {
  HttpResponse response;
  response.url = request.url;
  Handle handle = pool_->take();
  Exchange exchange{.handle = handle.get(),
                    .response = &response,
                    .sink = &sink,
                    .idle_timeout = request.idle_timeout};
  const List headers = header_list(request.headers);
  configure(handle.get(), request, headers.get());
  if (!pool_->ca_bundle.empty()) {
    curl_easy_setopt(handle.get(), CURLOPT_CAINFO, pool_->ca_bundle.c_str());
  }
  std::string words(CURL_ERROR_SIZE, '\0');
  curl_easy_setopt(handle.get(), CURLOPT_ERRORBUFFER, words.data());
  curl_easy_setopt(handle.get(), CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(handle.get(), CURLOPT_HEADERDATA, &exchange);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(handle.get(), CURLOPT_WRITEDATA, &exchange);
  curl_easy_setopt(handle.get(), CURLOPT_XFERINFOFUNCTION, &on_tick);
  curl_easy_setopt(handle.get(), CURLOPT_XFERINFODATA, &exchange);
  curl_easy_setopt(handle.get(), CURLOPT_NOPROGRESS, 0L);
  const CURLcode code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  if (exchange.too_long) {
    response.failure = "the answer is longer than can be meant";
    response.permanent = true;
  } else if (exchange.silent) {
    response.failure = "nothing came for " + std::to_string(request.idle_timeout.count()) + " ms";
  } else if (code != CURLE_OK && !response.refused) {
    words.resize(words.find('\0'));
    long proxy_status = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    response.permanent = code == CURLE_PEER_FAILED_VERIFICATION ||
                         code == CURLE_SSL_CACERT_BADFILE || proxy_status == 407;
    response.failure = words.empty() ? curl_easy_strerror(code) : words;
  }
  pool_->give_back(std::move(handle));
  return response;
}

}  // namespace trainer::hub
