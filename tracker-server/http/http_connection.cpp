#include "http/http_connection.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <optional>

#include "core/ids.hpp"
#include "http/access_log.hpp"
#include "http/compression.hpp"
#include "http/conversion.hpp"
#include "http/wire_steps.hpp"

namespace tracker::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = beast::http;
using beast::error_code;

constexpr std::string_view kLivePath = "/api/v1/live";

// The run that a route of runs is about; empty for others, and for what is no id.
std::string run_of(const Route* route, const Request& request) {
  if (route == nullptr || !route->pattern.starts_with("/api/v1/runs/{id}")) return {};
  const auto found = request.parameters.find("id");
  const auto id =
      found == request.parameters.end() ? std::nullopt : core::RunId::parse(found->second);
  return id ? id->text() : std::string();
}

// On a worker. By reference: all three live in the frame of `answer`, which waits.
asio::awaitable<void> run_handler(const Router& router, Request& request,
                                  const Router::Match& match, Response& response) {
  response = encoded(request, router.answer(request, match));
  co_return;
}

// Likewise.
asio::awaitable<void> run_admission(const Router& router, Request& request, const Route& route,
                                    std::optional<Response>& refusal) {
  refusal = router.admit_to(request, route);
  co_return;
}

class HttpConnection final : public Connection {
 public:
  HttpConnection(asio::ip::tcp::socket socket, Shared& shared)
      : wire_(std::move(socket)), shared_(shared) {
    error_code ignored;
    const auto peer = wire_.next_layer().socket().remote_endpoint(ignored);
    client_ = peer.address().to_string(ignored);
    shared_.connections.insert(this);
    meters().connections.add(1);
  }
  ~HttpConnection() override {
    shared_.connections.erase(this);
    meters().connections.add(-1);
  }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  // A request that lies in the kernel's buffer has begun.
  void drain(Drain round) override {
    error_code ignored;
    if (busy_ || (fresh_ && round == Drain::kFirst)) return;
    if (wire_.next_layer().socket().available(ignored) == 0) close();
  }
  void close() override {
    error_code ignored;
    wire_.next_layer().socket().close(ignored);
  }

  asio::awaitable<void> run();

 private:
  enum class Next { kGoOn, kClose, kLive };
  // What is known of a request while it is served.
  struct Exchange {
    std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    std::string id, run;
    const Route* route = nullptr;
    bool page = false;
  };

  asio::awaitable<bool> begin_tls();
  asio::awaitable<bool> read_request();
  asio::awaitable<Next> one_request();
  asio::awaitable<Response> answer(Request& request);
  asio::awaitable<std::optional<Response>> admit_live(Request& request);
  asio::awaitable<bool> write(Response response, bool keep_alive);
  void served(int status, std::size_t bytes);

  Wire wire_;
  Shared& shared_;
  std::string client_;
  beast::flat_buffer buffer_;
  BeastRequest current_;
  std::shared_ptr<auth::Guard> live_guard_;
  Exchange exchange_;
  bool busy_ = false;     // a request has begun
  bool fresh_ = true;     // none has yet
  bool refused_ = false;  // the last one, before it was read to its end
};

asio::awaitable<void> HttpConnection::run() {
  if (shared_.tls) {
    const bool begun = co_await begin_tls();
    if (!begun) co_return;
  }
  auto next = Next::kGoOn;
  while (next == Next::kGoOn) next = co_await one_request();
  if (next == Next::kLive) {
    auto wire = std::move(wire_);
    auto upgrade = std::move(current_);
    shared_.connections.erase(this);
    auto guard = std::move(live_guard_);
    co_await serve_live(std::move(wire), std::move(upgrade), std::move(guard), shared_);
    co_return;
  }
  co_await say_goodbye(wire_, refused_ ? Unread::kDropped : Unread::kNone);
}

// False when it came to nothing. A client that speaks plain HTTP is told so in its own words.
asio::awaitable<bool> HttpConnection::begin_tls() {
  const auto tls = shared_.tls;  // a newer one may come meanwhile
  const auto spoken = co_await shake_hands(wire_, buffer_, *tls, client_);
  if (spoken == Spoken::kPlain) {
    auto refusal = error_response(400, "tls_required", "this server speaks TLS: use https://");
    co_await write(std::move(refusal), false);
    co_await say_goodbye(wire_, Unread::kNone);
  }
  co_return spoken == Spoken::kTls;
}

// Into current_. False when there is none: the client is gone, or was answered why.
asio::awaitable<bool> HttpConnection::read_request() {
  const auto& options = shared_.options;
  bhttp::request_parser<bhttp::string_body> parser;
  parser.header_limit(options.header_bytes);
  parser.body_limit(options.body_bytes);
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  const std::chrono::milliseconds patience = options.header_timeout;
  wire_.next_layer().expires_after(shared_.draining ? kFirstRequestPatience : patience);
  co_await bhttp::async_read_header(wire_, buffer_, parser, token);
  exchange_ = {};
  if (!error) {
    busy_ = true;
    fresh_ = false;
    wire_.next_layer().expires_after(options.body_timeout);
    co_await bhttp::async_read(wire_, buffer_, parser, token);
  }
  if (!error) {
    current_ = parser.release();
    co_return true;
  }
  current_ = {};
  if (error == bhttp::error::body_limit || error == bhttp::error::header_limit) {
    current_.base() = parser.get().base();  // what was refused, for the log
    exchange_.id = core::request_id(std::string_view(current_["X-Request-Id"]));
    refused_ = true;
    auto refusal = error_response(413, "too_large", "the request is too large");
    co_await write(std::move(refusal), false);
  } else if (error.category() == bhttp::make_error_code(bhttp::error::bad_version).category() &&
             error != bhttp::error::end_of_stream && error != bhttp::error::partial_message) {
    auto refusal = error_response(ErrorCode::kInvalidArgument, "this is not HTTP");
    co_await write(std::move(refusal), false);
  }
  co_return false;
}

asio::awaitable<HttpConnection::Next> HttpConnection::one_request() {
  busy_ = false;
  if (shared_.draining && !fresh_) co_return Next::kClose;
  const bool read = co_await read_request();
  if (!read) co_return Next::kClose;
  auto request = to_request(current_);
  if (request) {
    request->client = client_;
    request->secure = wire_.is_secure();
  }
  exchange_.id = core::request_id(request ? request->header("x-request-id") : std::string_view());
  Response response;
  if (!request) {
    response = error_response(ErrorCode::kInvalidArgument, "the address is malformed");
  } else if (auto refusal = refuse_foreign(shared_.options.origins, *request)) {
    response = std::move(*refusal);
  } else if (request->path == kLivePath && beast::websocket::is_upgrade(current_)) {
    request->id = exchange_.id;
    const auto refused = co_await admit_live(*request);
    if (!refused) {
      served(101, 0);
      co_return Next::kLive;
    }
    response = *refused;
  } else {
    request->body = std::move(current_.body());
    request->id = exchange_.id;
    response = co_await answer(*request);
    exchange_.run = run_of(exchange_.route, *request);
  }
  add_request_id(response, exchange_.id);
  const bool keep_alive = current_.keep_alive() && !shared_.draining && !shared_.leaving;
  const bool written = co_await write(std::move(response), keep_alive);
  co_return written&& keep_alive ? Next::kGoOn : Next::kClose;
}

// Nothing if the tab may come; then live_guard_ is what it may see.
asio::awaitable<std::optional<Response>> HttpConnection::admit_live(Request& request) {
  exchange_.route = shared_.router.match(request.method, request.encoded_path).route;
  if (exchange_.route == nullptr) co_return error_response(ErrorCode::kNotFound, "no live updates");
  std::optional<Response> refusal;
  auto work = run_admission(shared_.router, request, *exchange_.route, refusal);
  co_await asio::co_spawn(shared_.workers.get_executor(), std::move(work), asio::use_awaitable);
  live_guard_ = request.guard;
  co_return refusal;
}

asio::awaitable<Response> HttpConnection::answer(Request& request) {
  const auto match = shared_.router.match(request.method, request.encoded_path);
  exchange_.route = match.route;
  exchange_.page = match.route == nullptr && !request.path.starts_with("/api/");
  if (match.route == nullptr || match.route->runs == Runs::kInline) {
    co_return shared_.router.answer(request, match);
  }
  if (shared_.waiting.load() >= shared_.options.waiting_requests) {
    auto busy = error_response(ErrorCode::kUnavailable, "too many requests wait: try again");
    busy.headers.emplace_back("Retry-After", "1");
    co_return busy;
  }
  Response response;
  ++shared_.waiting;
  meters().waiting.add(1);
  auto work = run_handler(shared_.router, request, match, response);
  co_await asio::co_spawn(shared_.workers.get_executor(), std::move(work), asio::use_awaitable);
  --shared_.waiting;
  meters().waiting.add(-1);
  co_return response;
}

asio::awaitable<bool> HttpConnection::write(Response response, bool keep_alive) {
  const int status = response.status;
  const std::optional<BodyRest> rest = std::move(response.rest);
  if (rest) response.rest = BodyRest{rest->bytes, {}};
  auto message =
      from_response(std::move(response), {current_, exchange_.id, wire_.is_secure(), keep_alive});
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  wire_.next_layer().expires_after(shared_.options.write_timeout);
  std::size_t bytes = message.body().size();
  const bool goes_on = rest && current_.method() != bhttp::verb::head;
  if (goes_on) {
    bhttp::response_serializer<bhttp::string_body> head(message);
    co_await bhttp::async_write_header(wire_, head, token);
    const WorkerPool pool{shared_.workers, shared_.options.write_timeout};
    if (!error) bytes = co_await write_rest(wire_, *rest, pool);
    if (bytes != rest->bytes) error = bhttp::error::partial_message;
  } else {
    co_await bhttp::async_write(wire_, message, token);
  }
  served(status, bytes);
  co_return !error;
}

void HttpConnection::served(int status, std::size_t bytes) {
  const auto time = std::chrono::steady_clock::now() - exchange_.began;
  const RequestMeters::Answered answered{exchange_.route, exchange_.page, status, time};
  shared_.requests.count(answered);
  if (exchange_.id.empty()) return;  // what was no request
  Served line;
  const std::string_view method(current_.method_string()), target(current_.target());
  line.id = exchange_.id;
  line.method = method;
  line.target = target;
  line.client = client_;
  line.route = exchange_.route;
  line.run = exchange_.run;
  line.status = status;
  line.bytes = bytes;
  line.time = time;
  log_request(shared_.options.access_log, line);
}

}  // namespace

asio::awaitable<void> serve(asio::ip::tcp::socket socket, Shared& shared) {
  HttpConnection connection(std::move(socket), shared);
  co_await connection.run();
}

}  // namespace tracker::http
