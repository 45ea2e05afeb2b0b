#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <optional>
#include <span>

#include "auth/watch.hpp"
#include "http/http_connection.hpp"
#include "http/live_messages.hpp"
#include "storage/runs.hpp"

namespace tracker::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using beast::error_code;

constexpr std::size_t kLargestCommand = 4'096;

// On a worker: what a tab asks for must be there for it. Nothing if it is; a message that is none
// is the hub's to answer.
std::optional<std::string> objection(auth::Guard& guard, const std::string& message) {
  try {
    const auto command = parse_command(message);
    if (command.kind == LiveCommand::Kind::kUnsubscribe) return std::nullopt;
    if (command.run && guard.visible(std::span(&*command.run, 1)).empty())
      return error_message("not_found", "no run " + command.run->text());
    if (command.project && !guard.sees_named(*command.project))
      return error_message("not_found", storage::no_such_project(*command.project).what());
    return std::nullopt;
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kInvalidArgument) return std::nullopt;
    return error_message("unavailable", "the database does not answer: try again");
  }
}
// References live in the frame of Tab::run, which waits.
asio::awaitable<void> look_at(auth::Guard& guard, const std::string& message,
                              std::optional<std::string>& refusal) {
  refusal = objection(guard, message);
  co_return;
}

// One tab. Kept alive by its two coroutines and by the hub. Everything but send(), pending_bytes()
// and hang_up() belongs to the socket thread.
class Tab final : public LiveOutput, public Connection, public std::enable_shared_from_this<Tab> {
 public:
  Tab(Wire wire, std::shared_ptr<auth::Guard> guard, Shared& shared)
      : socket_(std::move(wire)),
        wake_(socket_.get_executor()),
        guard_(std::move(guard)),
        shared_(shared) {
    shared_.connections.insert(this);
    meters().live_tabs.add(1);
  }
  ~Tab() override { meters().live_tabs.add(-1); }
  Tab(const Tab&) = delete;
  Tab& operator=(const Tab&) = delete;

  void send(std::shared_ptr<const std::string> message) override {
    pending_ += message->size();
    asio::post(socket_.get_executor(),
               [self = shared_from_this(), text = std::move(message)]() mutable {
                 if (self->ended_) return;
                 self->queue_.push_back(std::move(text));
                 self->wake_.cancel();
               });
  }
  std::size_t pending_bytes() const override { return pending_.load(); }
  void hang_up() override {
    asio::post(socket_.get_executor(), [self = shared_from_this()] { self->close(); });
  }

  void drain(Drain) override {
    leaving_ = true;
    wake_.cancel();
  }
  void close() override {
    error_code ignored;
    beast::get_lowest_layer(socket_).socket().close(ignored);
  }

  asio::awaitable<void> run(BeastRequest upgrade);

 private:
  std::unique_ptr<auth::Watch::Entry> watch();
  asio::awaitable<void> write_queue();
  static asio::awaitable<void> write_all(std::shared_ptr<Tab> self) {
    co_await self->write_queue();
  }
  void end() {
    ended_ = true;
    shared_.connections.erase(this);
    wake_.cancel();
  }

  websocket::stream<Wire> socket_;
  asio::steady_timer wake_;  // cancelled when there is something to write
  const std::shared_ptr<auth::Guard> guard_;
  Shared& shared_;
  std::deque<std::shared_ptr<const std::string>> queue_;
  std::atomic<std::size_t> pending_{0};
  bool ended_ = false, leaving_ = false;
};

asio::awaitable<void> Tab::run(BeastRequest upgrade) {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  beast::get_lowest_layer(socket_).expires_never();
  websocket::stream_base::timeout timeouts{};
  timeouts.handshake_timeout = std::chrono::seconds(10);
  timeouts.idle_timeout = shared_.options.live_silence;
  timeouts.keep_alive_pings = true;
  socket_.set_option(timeouts);
  socket_.read_message_max(kLargestCommand);
  co_await socket_.async_accept(upgrade, token);
  if (error) {
    end();
    co_return;
  }
  auto writer = write_all(shared_from_this());
  asio::co_spawn(socket_.get_executor(), std::move(writer), asio::detached);
  const auto id = shared_.hub.join(shared_from_this());
  const auto watched = watch();
  beast::flat_buffer buffer;
  while (!error) {
    co_await socket_.async_read(buffer, token);
    if (error) break;
    const auto message = beast::buffers_to_string(buffer.data());
    buffer.consume(buffer.size());
    std::optional<std::string> refusal;
    auto look = look_at(*guard_, message, refusal);
    co_await asio::co_spawn(shared_.workers.get_executor(), std::move(look), asio::use_awaitable);
    if (refusal)
      send(std::make_shared<const std::string>(*refusal));
    else
      shared_.hub.receive(id, message);
  }
  shared_.hub.leave(id);
  end();
}

// A tab whose rights have changed comes again, and is looked at anew.
std::unique_ptr<auth::Watch::Entry> Tab::watch() {
  if (shared_.watch == nullptr) return nullptr;
  const auto look = [weak = weak_from_this(), had = guard_->rights()](auth::Guard& guard) {
    const auto self = weak.lock();
    if (self && guard.rights() != had) self->hang_up();
  };
  return shared_.watch->add(guard_->claim(), guard_->from(), guard_->who(), look);
}

asio::awaitable<void> Tab::write_queue() {
  error_code error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  socket_.text(true);
  while (!ended_ && !leaving_) {
    if (queue_.empty()) {
      wake_.expires_at(asio::steady_timer::time_point::max());
      co_await wake_.async_wait(token);
      error = {};
      continue;
    }
    const auto message = queue_.front();
    queue_.pop_front();
    co_await socket_.async_write(asio::buffer(*message), token);
    pending_ -= message->size();
    if (error) break;
  }
  if (ended_) co_return;
  const websocket::close_reason reason(websocket::close_code::going_away);
  co_await socket_.async_close(reason, token);
}

}  // namespace

asio::awaitable<void> serve_live(Wire wire, BeastRequest upgrade,
                                 std::shared_ptr<auth::Guard> guard, Shared& shared) {
  const auto tab = std::make_shared<Tab>(std::move(wire), std::move(guard), shared);
  co_await tab->run(std::move(upgrade));
}

}  // namespace tracker::http
