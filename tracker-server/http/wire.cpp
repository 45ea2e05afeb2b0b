#include "http/wire.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream_base.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/teardown.hpp>

namespace tracker::http {

struct Wire::Secure {
  Secure(Plain plain, boost::asio::ssl::context& context) : stream(std::move(plain), context) {}
  boost::beast::ssl_stream<Plain> stream;
};

Wire::Wire(boost::asio::ip::tcp::socket socket) : plain_(std::move(socket)) {}
Wire::Wire(Wire&&) noexcept = default;
Wire::~Wire() = default;

Wire::Plain& Wire::next_layer() noexcept {
  return secure_ ? secure_->stream.next_layer() : *plain_;
}
const Wire::Plain& Wire::next_layer() const noexcept {
  return secure_ ? secure_->stream.next_layer() : *plain_;
}

void Wire::async_handshake(boost::asio::ssl::context& context, boost::asio::const_buffer begun,
                           Completion done) {
  secure_ = std::make_unique<Secure>(std::move(*plain_), context);
  plain_.reset();
  secure_->stream.async_handshake(boost::asio::ssl::stream_base::server, begun, std::move(done));
}

void Wire::async_shutdown(Completion done) { secure_->stream.async_shutdown(std::move(done)); }

void Wire::read(const ReadBuffers& buffers, Completion done) {
  if (secure_)
    secure_->stream.async_read_some(buffers, std::move(done));
  else
    plain_->async_read_some(buffers, std::move(done));
}

void Wire::write(const WriteBuffers& buffers, Completion done) {
  if (secure_)
    secure_->stream.async_write_some(buffers, std::move(done));
  else
    plain_->async_write_some(buffers, std::move(done));
}

void Wire::teardown(boost::beast::role_type role, Completion done) {
  using boost::beast::websocket::async_teardown;
  if (secure_)
    async_teardown(role, secure_->stream, std::move(done));
  else
    async_teardown(role, *plain_, std::move(done));
}

}  // namespace tracker::http
