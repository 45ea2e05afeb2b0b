#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <memory>
#include <optional>
#include <utility>

// A connection's bytes, plain or within TLS, as one type: what is made of it (parsers, WebSocket)
// is compiled once. Belongs to the socket thread.
namespace tracker::http {

class Wire {
 public:
  using Plain = boost::beast::tcp_stream;
  using Secure = boost::beast::ssl_stream<Plain>;
  using executor_type = Plain::executor_type;
  using next_layer_type = Plain;

  explicit Wire(boost::asio::ip::tcp::socket socket) : plain_(std::move(socket)) {}

  // From now on TLS; the handshake is the caller's. Before the first byte is written.
  Secure& secure(boost::asio::ssl::context& context) {
    secure_ = std::make_unique<Secure>(std::move(*plain_), context);
    plain_.reset();
    return *secure_;
  }
  bool is_secure() const noexcept { return secure_ != nullptr; }
  Secure& tls() noexcept { return *secure_; }

  // The socket with its timer, below TLS.
  Plain& next_layer() noexcept { return secure_ ? secure_->next_layer() : *plain_; }
  const Plain& next_layer() const noexcept { return secure_ ? secure_->next_layer() : *plain_; }
  executor_type get_executor() noexcept { return next_layer().get_executor(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    if (secure_) return secure_->async_read_some(buffers, std::forward<Token>(token));
    return plain_->async_read_some(buffers, std::forward<Token>(token));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    if (secure_) return secure_->async_write_some(buffers, std::forward<Token>(token));
    return plain_->async_write_some(buffers, std::forward<Token>(token));
  }

 private:
  std::optional<Plain> plain_;  // one of the two
  std::unique_ptr<Secure> secure_;
};

// Found by Beast's WebSocket when it closes.
template <class Handler>
void async_teardown(boost::beast::role_type role, Wire& wire, Handler&& handler) {
  using boost::beast::websocket::async_teardown;
  if (wire.is_secure())
    async_teardown(role, wire.tls(), std::forward<Handler>(handler));
  else
    async_teardown(role, wire.next_layer(), std::forward<Handler>(handler));
}

}  // namespace tracker::http
