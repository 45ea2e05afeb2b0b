#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <set>

#include "auth/guard.hpp"
#include "auth/watch.hpp"
#include "http/meters.hpp"
#include "http/server.hpp"
#include "http/wire.hpp"

// Inside of the listener; included by server.cpp, http_connection.cpp and websocket.cpp only, since
// Beast is dear to compile. Everything here belongs to the one socket thread.
namespace tracker::http {

// A connection, as the listener sees it when it wants to end it.
class Connection {
 public:
  virtual ~Connection() = default;
  // The server stops: end when what has begun is done. At first a connection that has yet to send
  // its first request is spared; kLast ends it too.
  enum class Drain { kFirst, kLast };
  virtual void drain(Drain round) = 0;
  // Now.
  virtual void close() = 0;
};

// A stop waits this long for the first request of a connection that has sent none.
inline constexpr std::chrono::milliseconds kFirstRequestPatience{250};

struct Shared {
  const ServerOptions& options;
  const Router& router;
  LiveHub& hub;
  boost::asio::thread_pool& workers;
  RequestMeters requests;
  auth::Watch* watch = nullptr;                      // of tabs; null: nobody's rights change
  std::shared_ptr<boost::asio::ssl::context> tls{};  // the newest; null: no TLS
  std::set<Connection*> connections{};
  std::atomic<std::size_t> waiting{0};  // requests given to the workers
  std::atomic<bool> leaving{false};     // a stop is near: connections end after their next answer
  bool draining = false;
};

using BeastRequest = boost::beast::http::request<boost::beast::http::string_body>;

// Serves one connection to its end.
boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket, Shared& shared);

// Speaks the live protocol until the tab goes, or its rights change. `upgrade` is the request that
// asked for it, `guard` says what it may see.
boost::asio::awaitable<void> serve_live(Wire wire, BeastRequest upgrade,
                                        std::shared_ptr<auth::Guard> guard, Shared& shared);

}  // namespace tracker::http
