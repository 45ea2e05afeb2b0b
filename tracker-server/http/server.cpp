#include "http/server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
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

std::string listening_on(const ServerOptions& options) {
  const bool v6 = options.address.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", options.address, options.port)
            : fmt::format("{}:{}", options.address, options.port);
}

}  // namespace

class Server::Impl {
 public:
  Impl(ServerOptions options, const Router& router, LiveHub& hub)
      : options_(std::move(options)), workers_(options_.workers), shared_{options_, router, hub,
                                                                          workers_, {},     {},
                                                                          false} {}

  void start();
  void stop(std::chrono::milliseconds patience);
  std::uint16_t port() const noexcept { return port_; }

 private:
  asio::awaitable<void> accept();
  asio::awaitable<void> drain(std::chrono::milliseconds patience);

  ServerOptions options_;
  asio::thread_pool workers_;
  Shared shared_;  // outlives what the context holds: connections sign off in it
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  std::uint16_t port_ = 0;
  std::thread thread_;
};

void Server::Impl::start() {
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
  asio::co_spawn(context_, accept(), asio::detached);
  thread_ = std::thread([this] { context_.run(); });
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
    if (!acceptor_.is_open()) co_return;
    if (error) {  // out of descriptors, mostly: wait for some to be closed
      pause.expires_after(std::chrono::milliseconds(100));
      co_await pause.async_wait(token);
      continue;
    }
    socket.set_option(tcp::no_delay(true), error);
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
}

asio::awaitable<void> Server::Impl::drain(std::chrono::milliseconds patience) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  shared_.draining = true;
  acceptor_.close(error);
  const auto ask = std::vector<Connection*>(shared_.connections.begin(), shared_.connections.end());
  for (auto* connection : ask) connection->drain();
  asio::steady_timer pause(context_);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!shared_.connections.empty() && std::chrono::steady_clock::now() < until) {
    pause.expires_after(std::chrono::milliseconds(10));
    co_await pause.async_wait(token);
  }
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
void Server::stop(std::chrono::milliseconds patience) { impl_->stop(patience); }

}  // namespace tracker::http
