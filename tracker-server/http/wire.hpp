#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace boost::asio::ssl {
class context;
}

// A connection's bytes, plain or within TLS, as one type. What is made of it (parsers, WebSocket)
// is compiled once, and does not see TLS: handlers are handed on through Completion, which costs an
// allocation a read or write and saves most of a minute of compiling a file. Belongs to the socket
// thread.
namespace tracker::http {

// A handler whose type is forgotten; called once. Results are those of a transfer; of a teardown
// the size is left out.
class Completion {
 public:
  using executor_type = boost::asio::any_io_executor;

  template <class Handler>
  Completion(Handler&& handler, executor_type executor)
      : held_(std::make_unique<Held<std::decay_t<Handler>>>(std::forward<Handler>(handler))),
        executor_(std::move(executor)) {}

  void operator()(boost::beast::error_code error, std::size_t bytes = 0) {
    const auto held = std::move(held_);
    held->call(error, bytes);
  }
  executor_type get_executor() const noexcept { return executor_; }

 private:
  struct Any {
    virtual ~Any() = default;
    virtual void call(boost::beast::error_code error, std::size_t bytes) = 0;
  };
  template <class Handler>
  struct Held final : Any {
    explicit Held(Handler given) : handler(std::move(given)) {}
    void call(boost::beast::error_code error, std::size_t bytes) override {
      if constexpr (std::is_invocable_v<Handler&, boost::beast::error_code, std::size_t>)
        handler(error, bytes);
      else
        handler(error);
    }
    Handler handler;
  };

  std::unique_ptr<Any> held_;
  executor_type executor_;
};

// The first few of any sequence: a read or write of "some" need not take more.
template <class Buffer>
class SomeBuffers {
 public:
  using value_type = Buffer;
  using const_iterator = const Buffer*;

  template <class Sequence>
  explicit SomeBuffers(const Sequence& sequence) {
    const auto end = boost::asio::buffer_sequence_end(sequence);
    for (auto at = boost::asio::buffer_sequence_begin(sequence);
         at != end && count_ < buffers_.size(); ++at)
      if (Buffer(*at).size() > 0) buffers_[count_++] = Buffer(*at);
  }
  const_iterator begin() const noexcept { return buffers_.data(); }
  const_iterator end() const noexcept { return buffers_.data() + count_; }

 private:
  std::array<Buffer, 8> buffers_{};
  std::size_t count_ = 0;
};

class Wire {
 public:
  using Plain = boost::beast::tcp_stream;
  using executor_type = Plain::executor_type;
  using next_layer_type = Plain;
  using ReadBuffers = SomeBuffers<boost::asio::mutable_buffer>;
  using WriteBuffers = SomeBuffers<boost::asio::const_buffer>;

  explicit Wire(boost::asio::ip::tcp::socket socket);
  Wire(Wire&&) noexcept;
  ~Wire();

  // From now on TLS, beginning with the server's part of the handshake. `begun` is what the client
  // has sent of it already; the result's size is what of that was used.
  void async_handshake(boost::asio::ssl::context& context, boost::asio::const_buffer begun,
                       Completion done);
  // Tells a client of TLS that this is the end, and waits for its word.
  void async_shutdown(Completion done);
  bool is_secure() const noexcept { return secure_ != nullptr; }

  // The socket with its timer, below TLS.
  Plain& next_layer() noexcept;
  const Plain& next_layer() const noexcept;
  executor_type get_executor() noexcept { return next_layer().get_executor(); }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    read(ReadBuffers(buffers), Completion(std::forward<Handler>(handler), get_executor()));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    write(WriteBuffers(buffers), Completion(std::forward<Handler>(handler), get_executor()));
  }

  // As Beast's WebSocket ends a connection.
  void teardown(boost::beast::role_type role, Completion done);

 private:
  struct Secure;

  void read(const ReadBuffers& buffers, Completion done);
  void write(const WriteBuffers& buffers, Completion done);

  std::optional<Plain> plain_;  // one of the two
  std::unique_ptr<Secure> secure_;
};

// Found by Beast's WebSocket when it closes.
template <class Handler>
void async_teardown(boost::beast::role_type role, Wire& wire, Handler&& handler) {
  wire.teardown(role, Completion(std::forward<Handler>(handler), wire.get_executor()));
}

}  // namespace tracker::http
