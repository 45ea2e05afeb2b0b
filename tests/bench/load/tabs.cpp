#include "tabs.hpp"

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace tracker::bench {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

constexpr auto kGreetingLimit = std::chrono::seconds(60);

}  // namespace

class Tabs::Impl {
 public:
  Impl(const std::string& url, const std::vector<core::RunId>& runs, std::size_t count)
      : host_(url.substr(url.find("//") + 2)) {
    const auto colon = host_.rfind(':');
    const asio::ip::tcp::endpoint server(
        asio::ip::make_address(host_.substr(0, colon)),
        static_cast<std::uint16_t>(std::stoi(host_.substr(colon + 1))));
    for (std::size_t i = 0; i < count; ++i) {
      auto tab = watch(server, runs[i % runs.size()].text());
      asio::co_spawn(context_, std::move(tab), asio::detached);
    }
    thread_ = std::thread([this] { context_.run(); });
    std::unique_lock lock(mutex_);
    greeted_.wait_for(lock, kGreetingLimit, [&] { return open_ + lost_ >= count; });
    all_open_ = open_ == count;
  }

  ~Impl() {
    context_.stop();
    thread_.join();
  }

  bool all_open() const noexcept { return all_open_; }

  std::atomic<std::uint64_t> messages_{0}, bytes_{0}, resyncs_{0};
  std::atomic<std::size_t> lost_{0};

 private:
  asio::awaitable<void> watch(asio::ip::tcp::endpoint server, std::string run) {
    error_code error;
    auto token = asio::redirect_error(asio::use_awaitable, error);
    beast::websocket::stream<beast::tcp_stream> socket(context_);
    co_await beast::get_lowest_layer(socket).async_connect(server, token);
    if (!error) co_await socket.async_handshake(host_, "/api/v1/live", token);
    const std::string command = R"({"subscribe":{"run":")" + run + "\"}}";
    if (!error) co_await socket.async_write(asio::buffer(command), token);
    beast::flat_buffer buffer;
    for (bool greeted = false; !error;) {
      const std::size_t size = co_await socket.async_read(buffer, token);
      if (error) break;
      const std::string_view text(static_cast<const char*>(buffer.data().data()), size);
      ++messages_;
      bytes_ += size;
      if (text.starts_with("{\"resync\"")) ++resyncs_;
      buffer.consume(buffer.size());
      if (!std::exchange(greeted, true)) tell(open_);
    }
    tell(lost_);
  }

  template <class Counter>
  void tell(Counter& counter) {
    {
      const std::lock_guard lock(mutex_);
      ++counter;
    }
    greeted_.notify_one();
  }

  const std::string host_;
  asio::io_context context_{1};
  std::mutex mutex_;
  std::condition_variable greeted_;
  std::size_t open_ = 0;
  bool all_open_ = false;
  std::thread thread_;
};

Tabs::Tabs(const std::string& url, const std::vector<core::RunId>& runs, std::size_t count)
    : impl_(std::make_unique<Impl>(url, runs, count)) {
  if (!impl_->all_open())
    throw std::runtime_error("not all tabs were greeted: is `ulimit -n` above their number?");
}
Tabs::~Tabs() = default;
std::uint64_t Tabs::messages() const noexcept { return impl_->messages_; }
std::uint64_t Tabs::bytes() const noexcept { return impl_->bytes_; }
std::uint64_t Tabs::resyncs() const noexcept { return impl_->resyncs_; }
std::size_t Tabs::lost() const noexcept { return impl_->lost_; }

}  // namespace tracker::bench
