#include "http/http_connection.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <cctype>
#include <optional>

namespace tracker::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace bhttp = beast::http;
using beast::error_code;

constexpr std::string_view kLivePath = "/api/v1/live";

Method method_of(bhttp::verb verb) {
  switch (verb) {
    case bhttp::verb::get:
      return Method::kGet;
    case bhttp::verb::head:
      return Method::kHead;
    case bhttp::verb::post:
      return Method::kPost;
    case bhttp::verb::delete_:
      return Method::kDelete;
    default:
      return Method::kOther;
  }
}

// Absent for a target we do not understand.
std::optional<Request> convert(const BeastRequest& from) {
  auto target = parse_target({from.target().data(), from.target().size()});
  if (!target) return std::nullopt;
  Request request;
  request.method = method_of(from.method());
  request.path = std::move(target->path);
  request.query = std::move(target->query);
  for (const auto& field : from) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    request.headers[name] = std::string(field.value());
  }
  return request;
}

bhttp::response<bhttp::string_body> convert(Response from, const BeastRequest& request,
                                            bool keep_alive) {
  bhttp::response<bhttp::string_body> response;
  response.version(11);
  response.result(static_cast<unsigned>(from.status));
  response.set(bhttp::field::server, "tracker-server");
  response.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : from.headers) response.set(name, value);
  if (from.status != 304) response.set(bhttp::field::content_type, from.content_type);
  response.keep_alive(keep_alive);
  const auto length = from.body.size();
  if (request.method() != bhttp::verb::head) response.body() = std::move(from.body);
  if (from.status != 304) response.content_length(length);
  return response;
}

// On a worker. By reference: all three live in the frame of `answer`, which waits.
asio::awaitable<void> run_handler(const Router& router, Request& request,
                                  const Router::Match& match, Response& response) {
  response = router.answer(request, match);
  co_return;
}

class HttpConnection final : public Connection {
 public:
  HttpConnection(asio::ip::tcp::socket socket, Shared& shared)
      : stream_(std::move(socket)), shared_(shared) {
    shared_.connections.insert(this);
  }
  ~HttpConnection() override { shared_.connections.erase(this); }
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  void drain() override {
    if (!busy_) close();
  }
  void close() override {
    error_code ignored;
    stream_.socket().close(ignored);
  }

  asio::awaitable<void> run();

 private:
  enum class Next { kGoOn, kClose, kLive };

  asio::awaitable<Next> one_request();
  asio::awaitable<Response> answer(Request& request);
  asio::awaitable<bool> write(Response response, bool keep_alive);
  bool wants_live(const Request& request) const;

  beast::tcp_stream stream_;
  Shared& shared_;
  beast::flat_buffer buffer_;
  BeastRequest current_;
  bool busy_ = false;
};

asio::awaitable<void> HttpConnection::run() {
  auto next = Next::kGoOn;
  while (next == Next::kGoOn) next = co_await one_request();
  if (next == Next::kLive) {
    auto stream = std::move(stream_);
    auto upgrade = std::move(current_);
    shared_.connections.erase(this);
    co_await serve_live(std::move(stream), std::move(upgrade), shared_);
    co_return;
  }
  error_code ignored;
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

bool HttpConnection::wants_live(const Request& request) const {
  return request.path == kLivePath && beast::websocket::is_upgrade(current_);
}

asio::awaitable<HttpConnection::Next> HttpConnection::one_request() {
  const auto& options = shared_.options;
  bhttp::request_parser<bhttp::string_body> parser;
  parser.header_limit(options.header_bytes);
  parser.body_limit(options.body_bytes);
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  busy_ = false;
  if (shared_.draining) co_return Next::kClose;
  stream_.expires_after(options.header_timeout);
  co_await bhttp::async_read_header(stream_, buffer_, parser, token);
  if (!error) {
    busy_ = true;
    stream_.expires_after(options.body_timeout);
    co_await bhttp::async_read(stream_, buffer_, parser, token);
  }
  if (error == bhttp::error::body_limit || error == bhttp::error::header_limit) {
    auto refusal = error_response(413, "too_large", "the request is too large");
    co_await write(std::move(refusal), false);
    co_return Next::kClose;
  }
  if (error) {
    const bool malformed =
        error.category() == bhttp::make_error_code(bhttp::error::bad_version).category() &&
        error != bhttp::error::end_of_stream && error != bhttp::error::partial_message;
    if (malformed) {
      auto refusal = error_response(ErrorCode::kInvalidArgument, "this is not HTTP");
      co_await write(std::move(refusal), false);
    }
    co_return Next::kClose;
  }
  current_ = parser.release();
  auto request = convert(current_);
  Response response;
  if (!request) {
    response = error_response(ErrorCode::kInvalidArgument, "the address is malformed");
  } else if (auto refusal = refuse_foreign(options.origins, *request)) {
    response = std::move(*refusal);
  } else if (wants_live(*request)) {
    co_return Next::kLive;
  } else {
    request->body = std::move(current_.body());
    response = co_await answer(*request);
  }
  const bool keep_alive = current_.keep_alive() && !shared_.draining;
  const bool written = co_await write(std::move(response), keep_alive);
  co_return written&& keep_alive ? Next::kGoOn : Next::kClose;
}

asio::awaitable<Response> HttpConnection::answer(Request& request) {
  const auto match = shared_.router.match(request.method, request.path);
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
  auto work = run_handler(shared_.router, request, match, response);
  co_await asio::co_spawn(shared_.workers.get_executor(), std::move(work), asio::use_awaitable);
  --shared_.waiting;
  co_return response;
}

asio::awaitable<bool> HttpConnection::write(Response response, bool keep_alive) {
  auto message = convert(std::move(response), current_, keep_alive);
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  stream_.expires_after(shared_.options.write_timeout);
  co_await bhttp::async_write(stream_, message, token);
  co_return !error;
}

}  // namespace

asio::awaitable<void> serve(asio::ip::tcp::socket socket, Shared& shared) {
  HttpConnection connection(std::move(socket), shared);
  co_await connection.run();
}

}  // namespace tracker::http
