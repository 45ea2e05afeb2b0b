#include "http/wire_steps.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/detect_ssl.hpp>
#include <vector>

namespace tracker::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using beast::error_code;

using Transferred = void(error_code, std::size_t);  // what a Completion is told

constexpr std::chrono::seconds kHandshakePatience{10};
constexpr std::chrono::seconds kGoodbyePatience{2};
constexpr std::size_t kMostDropped = 8u << 20;

// On a worker. By reference: both live in the frame of write_rest(), which waits. Empty: what comes
// next could not be had.
asio::awaitable<void> run_rest(const BodyRest& rest, std::string& piece) {
  try {
    piece = rest.next();
  } catch (const std::exception& error) {
    spdlog::warn("event=http_body_cut error=\"{}\"", error.what());
  }
  co_return;
}

// What the client still sends of a request that was refused. Bytes left unread would make the
// system reset the connection, and the client might never see the answer.
asio::awaitable<void> drop_rest(Wire& wire) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  std::vector<char> scrap(64 * 1'024);
  wire.next_layer().expires_after(kGoodbyePatience);
  for (std::size_t dropped = 0; !error && dropped < kMostDropped;)
    dropped += co_await wire.next_layer().async_read_some(asio::buffer(scrap), token);
}

}  // namespace

asio::awaitable<Spoken> shake_hands(Wire& wire, beast::flat_buffer& buffer, asio::ssl::context& tls,
                                    const std::string& client) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  wire.next_layer().expires_after(kHandshakePatience);
  const bool is_tls = co_await beast::async_detect_ssl(wire.next_layer(), buffer, token);
  if (error) co_return Spoken::kNothing;
  if (!is_tls) co_return Spoken::kPlain;
  auto handshake = [&](auto handler) {
    wire.async_handshake(tls, buffer.data(), Completion(std::move(handler), wire.get_executor()));
  };
  const auto used = co_await asio::async_initiate<decltype(token), Transferred>(handshake, token);
  if (error) {
    spdlog::debug("event=tls_handshake_failed client={} error=\"{}\"", client, error.message());
    co_return Spoken::kNothing;
  }
  buffer.consume(used);
  co_return Spoken::kTls;
}

asio::awaitable<std::size_t> write_rest(Wire& wire, const BodyRest& rest, const WorkerPool& pool) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  std::size_t sent = 0;
  while (sent < rest.bytes) {
    std::string piece;
    auto work = run_rest(rest, piece);
    co_await asio::co_spawn(pool.workers.get_executor(), std::move(work), asio::use_awaitable);
    if (piece.empty() || piece.size() > rest.bytes - sent) break;
    wire.next_layer().expires_after(pool.patience);
    co_await asio::async_write(wire, asio::buffer(piece), token);
    if (error) break;
    sent += piece.size();
  }
  co_return sent;
}

asio::awaitable<void> say_goodbye(Wire& wire, Unread unread) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  if (wire.is_secure() && wire.next_layer().socket().is_open()) {
    wire.next_layer().expires_after(kGoodbyePatience);
    auto shutdown = [&](auto handler) {
      wire.async_shutdown(Completion(std::move(handler), wire.get_executor()));
    };
    co_await asio::async_initiate<decltype(token), Transferred>(shutdown, token);
  }
  wire.next_layer().socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (unread == Unread::kDropped) co_await drop_rest(wire);
}

}  // namespace tracker::http
