#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "core/ids.hpp"
#include "http/live_messages.hpp"
#include "ingest/ingest.hpp"

// Carries commits to the tabs that watch them. It keeps the newest frames of each watched run; a
// subscription is a cursor into that feed, and each flush sends it what lies between. No queue
// grows: a tab that reads too slowly is skipped; meanwhile its feed moves on, and it gets `resync`
// if the feed dropped what it lacks. Rows of runs that it was not sent are read again later. A tab
// whose queue grows all the same (it asks and never reads) is hung up on.
namespace tracker::http {

// One tab. Any thread may call; must not block.
class LiveOutput {
 public:
  virtual ~LiveOutput() = default;
  virtual void send(std::shared_ptr<const std::string> message) = 0;
  // Given to send() and not yet on its way to the client.
  virtual std::size_t pending_bytes() const = 0;
  // Ends the connection, now; what is pending is lost. The client may come again.
  virtual void hang_up() = 0;
};

// Runs as the API gives them (with "id" and "project"), those that exist. Called on the hub's
// thread; may block and throw.
using RunReader = std::function<std::vector<nlohmann::json>(std::span<const core::RunId>)>;

struct LiveOptions {
  std::string server_version;
  std::int64_t interval_us = 250'000;  // between two messages of a subscription
  std::int64_t run_refresh_us =
      1'000'000;                           // between two readings of a run whose data alone changed
  std::int64_t keep_feed_us = 60'000'000;  // after the last subscriber left
  std::size_t feed_weight = 400'000;       // of a run's feed, see weight_of()
  std::size_t pending_bytes = 1u << 20;    // of a tab, above which it is skipped
  std::size_t hang_up_bytes = 32u << 20;   // of a tab, above which it is hung up on
  std::size_t subscriptions = 256;         // of a tab
};

// Any thread may call. One mutex; send(), hang_up() and the reader are called without it.
class LiveHub {
 public:
  LiveHub(RunReader reader, const core::Clock& clock, LiveOptions options);
  ~LiveHub();  // stop()
  LiveHub(const LiveHub&) = delete;
  LiveHub& operator=(const LiveHub&) = delete;

  // The thread that flushes. A test may do without it and call flush().
  void start();
  void stop();

  // As ingest::CommitListener: cheap, never throws, never blocks on anything but the mutex.
  void publish(const ingest::Committed& committed) noexcept;

  using TabId = std::uint64_t;
  TabId join(std::shared_ptr<LiveOutput> output);
  void leave(TabId tab);
  // A message of the client. What is wrong with it is answered with {"error":…}.
  void receive(TabId tab, std::string_view message);

  // Sends what is due. Returns the time at which the next thing is; absent if nothing waits.
  std::optional<std::int64_t> flush();

 private:
  struct Entry {
    std::uint64_t sequence;
    std::size_t weight;
    SharedFrame frame;
    std::int64_t committed_us = 0;
  };
  struct Feed {
    std::deque<Entry> entries;
    std::uint64_t floor = 0;  // frames up to this number are no longer here
    std::uint64_t newest = 0;
    std::size_t weight = 0;
    std::size_t watchers = 0;
    std::int64_t unwatched_since_us = 0;
  };
  struct Subscription {
    std::uint64_t cursor = 0;
    std::int64_t sent_us = 0;
    bool lost = false;  // has a cursor we cannot serve
  };
  struct Tab {
    std::shared_ptr<LiveOutput> output;
    std::map<core::RunId, Subscription> runs;
    std::set<std::string> projects;
  };
  struct News {  // of a run: that its row is to be read again
    std::int64_t due_us = 0;
    std::int64_t read_us = 0;
    bool waiting = false;
  };
  struct Delivery {
    TabId tab = 0;
    std::shared_ptr<LiveOutput> output;
    core::RunId run;
    std::uint64_t from = 0, to = 0;
    bool resync = false;
    std::vector<SharedFrame> frames;
    std::int64_t oldest_us = 0;  // when the first of them was committed
  };

  void apply(TabId tab, const LiveCommand& command);
  void subscribe_run(Tab& tab, core::RunId run, const std::optional<std::string>& cursor);
  void unsubscribe_run(Tab& tab, core::RunId run);
  void note(core::RunId run, std::int64_t pause_us, std::int64_t now_us);
  void trim(Feed& feed);
  std::vector<Delivery> collect(std::int64_t now_us);
  void deliver(const std::vector<Delivery>& deliveries);
  void take_back(const Delivery& delivery);
  std::vector<core::RunId> due_runs(std::int64_t now_us);
  void send_runs(const std::vector<core::RunId>& runs, std::int64_t now_us);
  void read_later(std::span<const core::RunId> runs, std::int64_t now_us);
  bool is_slow(const LiveOutput& output) const;
  void say(LiveOutput& output, std::shared_ptr<const std::string> message) const;
  void forget_old(std::int64_t now_us);
  std::optional<std::int64_t> next_due(std::int64_t now_us) const;
  std::string cursor_text(std::uint64_t sequence) const;
  void run();

  RunReader reader_;
  const core::Clock& clock_;
  LiveOptions options_;
  std::string boot_;  // cursors of another life of the server are told by it

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool dirty_ = false, stopping_ = false;
  std::uint64_t sequence_ = 0;
  TabId next_tab_ = 1;
  std::map<TabId, Tab> tabs_;
  std::unordered_map<core::RunId, Feed> feeds_;
  std::unordered_map<core::RunId, News> news_;
  std::size_t project_watchers_ = 0;
  std::thread thread_;
};

}  // namespace tracker::http
