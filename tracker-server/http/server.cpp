#include "http/server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <optional>
#include <thread>
#include <vector>

#include "core/log_text.hpp"
#include "http/http_connection.hpp"

namespace tracker::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::hours kExpirySoon{14 * 24};
std::string listening_on(const ServerOptions& options) {
  const bool v6 = options.address.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", options.address, options.port)
            : fmt::format("{}:{}", options.address, options.port);
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, const Router& router, LiveHub& hub)
      : options_(std::move(options)),
        workers_(options_.workers),
        shared_{options_, router, hub, workers_, RequestMeters(router), options_.watch} {}

  void start();
  void stop(std::chrono::milliseconds patience);
  void announce_stop() { shared_.leaving = true; }
  void write_metrics(metrics::Writer& out) const { http::write_metrics(out, shared_.requests); }
  std::uint16_t port() const noexcept { return port_; }

 private:
  void listen();
  void load_tls();
  asio::awaitable<void> watch_tls();
  asio::awaitable<void> accept();
  void take(tcp::socket socket);
  void take_waiting();
  asio::awaitable<void> drain(std::chrono::milliseconds patience);

  ServerOptions options_;
  asio::thread_pool workers_;
  Shared shared_;  // outlives what the context holds: connections sign off in it
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer tls_timer_{context_};
  std::string tls_stamp_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

void Server::Impl::start() {
  if (options_.tls) load_tls();
  listen();
  asio::co_spawn(context_, accept(), asio::detached);
  if (options_.tls) asio::co_spawn(context_, watch_tls(), asio::detached);
  thread_ = std::thread([this] { context_.run(); });
}

// Connections that exist keep what they were made with.
void Server::Impl::load_tls() {
  tls_stamp_ = core::tls_stamp(*options_.tls);
  const auto certificate = core::check_tls_files(*options_.tls);
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  error_code error;
  context->use_certificate_chain_file(options_.tls->certificate.string(), error);
  if (!error)
    context->use_private_key_file(options_.tls->key.string(), asio::ssl::context::pem, error);
  if (error) {
    throw Error(ErrorCode::kFailedPrecondition,
                fmt::format("{}: cannot be used for TLS: {}", options_.tls->certificate.string(),
                            error.message()));
  }
  shared_.tls = std::move(context);
  meters().certificate_not_after_s.set(certificate.not_after_us / 1'000'000);
  spdlog::info("event=tls_certificate subject={} not_after_s={}", core::quoted(certificate.subject),
               certificate.not_after_us / 1'000'000);
  const auto left = std::chrono::microseconds(certificate.not_after_us) -
                    std::chrono::system_clock::now().time_since_epoch();
  if (left < kExpirySoon)
    spdlog::warn("event=tls_certificate_expires days={}",
                 std::chrono::floor<std::chrono::days>(left).count());
}

// One that will not do (half written perhaps) is tried again at the next look; the old one stays.
asio::awaitable<void> Server::Impl::watch_tls() {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  std::string refused;
  while (!shared_.draining) {
    tls_timer_.expires_after(options_.tls_reload);
    co_await tls_timer_.async_wait(token);
    const auto used = tls_stamp_;
    const auto found = core::tls_stamp(*options_.tls);
    if (shared_.draining || found.empty() || found == used) continue;
    try {
      load_tls();
    } catch (const Error& reason) {
      tls_stamp_ = used;
      if (refused != found)
        spdlog::error("event=tls_reload_failed error={}", core::quoted(reason.what()));
      refused = found;
    }
  }
}

void Server::Impl::listen() {
  error_code error;
  const auto address = asio::ip::make_address(options_.address, error);
  if (error) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("--listen: {} is not an IP address", options_.address));
  }
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) port_ = acceptor_.local_endpoint(error).port();
  if (error) {
    throw Error(
        ErrorCode::kUnavailable,
        fmt::format(
            "cannot listen on {} for HTTP: {}: stop what uses the port, or give another address "
            "with --listen (port 0 takes a free one)",
            listening_on(options_), error.message()));
  }
}

asio::awaitable<void> Server::Impl::accept() {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  asio::steady_timer pause(context_);
  while (!shared_.draining) {
    if (shared_.connections.size() >= options_.connections) {
      pause.expires_after(std::chrono::milliseconds(20));
      co_await pause.async_wait(token);
      continue;
    }
    auto socket = co_await acceptor_.async_accept(token);
    if (!error) {  // though the acceptor may be closed by now: the client believes it is connected
      take(std::move(socket));
      continue;
    }
    if (!acceptor_.is_open()) co_return;
    // Out of descriptors, mostly: wait for some to be closed.
    pause.expires_after(std::chrono::milliseconds(100));
    co_await pause.async_wait(token);
  }
}

void Server::Impl::take(tcp::socket socket) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  auto connection = serve(std::move(socket), shared_);
  asio::co_spawn(context_, std::move(connection), [](const std::exception_ptr& failure) {
    if (!failure) return;
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& reason) {
      spdlog::error("event=http_connection_failed error={}", core::quoted(reason.what()));
    }
  });
}

// Those the kernel has accepted already: their clients think that they are being served.
void Server::Impl::take_waiting() {
  error_code error;
  acceptor_.non_blocking(true, error);
  for (std::size_t i = 0; !error && i < options_.connections; ++i) {
    tcp::socket socket(context_);
    acceptor_.accept(socket, error);
    if (!error) take(std::move(socket));
  }
}

asio::awaitable<void> Server::Impl::drain(std::chrono::milliseconds patience) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  shared_.draining = true;
  tls_timer_.cancel();
  take_waiting();
  acceptor_.close(error);
  const auto ask = [this](Connection::Drain round) {
    const auto all =
        std::vector<Connection*>(shared_.connections.begin(), shared_.connections.end());
    for (auto* connection : all) connection->drain(round);
  };
  ask(Connection::Drain::kFirst);
  asio::steady_timer pause(context_);
  const auto began = std::chrono::steady_clock::now();
  const auto until = began + patience;
  do {  // once at least: connections that were just taken have yet to sign on
    pause.expires_after(std::chrono::milliseconds(10));
    co_await pause.async_wait(token);
    if (std::chrono::steady_clock::now() - began > kFirstRequestPatience)
      ask(Connection::Drain::kLast);
  } while (!shared_.connections.empty() && std::chrono::steady_clock::now() < until);
  const auto left =
      std::vector<Connection*>(shared_.connections.begin(), shared_.connections.end());
  for (auto* connection : left) connection->close();
}

void Server::Impl::stop(std::chrono::milliseconds patience) {
  if (!thread_.joinable()) return;
  asio::co_spawn(context_, drain(patience), asio::detached);
  thread_.join();  // the context runs out of work when the last connection is gone
  workers_.join();
}

Server::Server(ServerOptions options, const Router& router, LiveHub& hub)
    : impl_(std::make_unique<Impl>(std::move(options), router, hub)) {}
Server::~Server() { impl_->stop(std::chrono::milliseconds(0)); }
void Server::start() { impl_->start(); }
std::uint16_t Server::port() const noexcept { return impl_->port(); }
void Server::announce_stop() { impl_->announce_stop(); }
void Server::write_metrics(metrics::Writer& out) const { impl_->write_metrics(out); }
void Server::stop(std::chrono::milliseconds patience) { impl_->stop(patience); }

}  // namespace tracker::http
