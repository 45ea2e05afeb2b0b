#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <chrono>
#include <cstddef>
#include <string>

#include "http/message.hpp"
#include "http/wire.hpp"

// What a connection does with its wire besides requests and answers: it begins, sends a long body,
// and ends. On the socket thread; arguments live in the caller's frame, which waits. Nothing
// throws: what fails ends the connection.
namespace tracker::http {

enum class Spoken { kTls, kPlain, kNothing };
// What the client begins with; if that is TLS, the handshake, of at most 10 s. `buffer` has what
// was read ahead.
boost::asio::awaitable<Spoken> shake_hands(Wire& wire, boost::beast::flat_buffer& buffer,
                                           boost::asio::ssl::context& tls,
                                           const std::string& client);

// Where the pieces of a body are made, and how long the client may take for each.
struct WorkerPool {
  boost::asio::thread_pool& workers;
  std::chrono::milliseconds patience;
};
// How many bytes went out; fewer than there are when the client or the store failed.
boost::asio::awaitable<std::size_t> write_rest(Wire& wire, const BodyRest& rest,
                                               const WorkerPool& pool);

// Whether the client may still send something that nobody wants.
enum class Unread { kNone, kDropped };
// Ends what is sent, in TLS's own words if it is spoken; waits at most 2 s for each.
boost::asio::awaitable<void> say_goodbye(Wire& wire, Unread unread);

}  // namespace tracker::http
