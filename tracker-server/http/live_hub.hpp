#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
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

#include "cluster/news.hpp"
#include "core/clock.hpp"
#include "core/ids.hpp"
#include "http/live_feed.hpp"
#include "http/live_messages.hpp"
#include "ingest/ingest.hpp"
#include "storage/frame_tails.hpp"
#include "storage/run_versions.hpp"

// Carries commits to the tabs that watch them. It keeps the newest frames of each watched run
// (http/live_feed.hpp); a subscription is a position in that feed, and each flush sends it what
// lies between. No queue grows: a tab that reads too slowly is skipped; meanwhile its feed moves
// on, and it gets `resync` if the feed dropped what it lacks. Rows of runs that it was not sent are
// read again later. A tab whose queue grows all the same (it asks and never reads) is hung up on.
//
// What other servers of the database commit is read from it: when they tell, and every few seconds
// in case that was not heard. Runs that nobody watches here are not read.
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

// The ways to the database. Called on the hub's thread; may block and throw.
struct LiveReaders {
  // Runs as the API gives them (with "id", "project" and "version"), those that exist.
  std::function<std::vector<nlohmann::json>(std::span<const core::RunId>)> runs;
  // As storage::read_frame_tails.
  std::function<std::vector<storage::FrameTail>(std::span<const storage::TailRequest>)> tails;
  // As storage::run_versions. Has deleted runs as well, which `runs` leaves out.
  std::function<std::vector<storage::RunVersion>(const storage::VersionRequest&)> versions;
};

struct LiveOptions {
  std::string server_version;
  std::int64_t interval_us = 250'000;  // between two messages of a subscription
  std::int64_t run_refresh_us =
      1'000'000;                           // between two readings of a run whose data alone changed
  std::int64_t tail_pause_us = 50'000;     // between two readings of a run's frames
  std::int64_t poll_us = 5'000'000;        // of what is watched, whatever others tell
  std::int64_t keep_feed_us = 60'000'000;  // after the last subscriber left
  std::size_t feed_weight = 400'000;       // of a run's feed, see weight_of()
  std::size_t pending_bytes = 1u << 20;    // of a tab, above which it is skipped
  std::size_t hang_up_bytes = 32u << 20;   // of a tab, above which it is hung up on
  std::size_t subscriptions = 256;         // of a tab
};

// Any thread may call. One mutex; send(), hang_up() and the readers are called without it.
class LiveHub {
 public:
  LiveHub(LiveReaders readers, const core::Clock& clock, LiveOptions options);
  ~LiveHub();  // stop()
  LiveHub(const LiveHub&) = delete;
  LiveHub& operator=(const LiveHub&) = delete;

  // The thread that flushes. A test may do without it and call flush().
  void start();
  void stop();

  // As ingest::CommitListener: cheap, never throws, never blocks on anything but the mutex.
  void publish(const ingest::Committed& committed) noexcept;
  // As cluster::NewsListener.
  void hear(const cluster::RunNews& news) noexcept;

  using TabId = std::uint64_t;
  TabId join(std::shared_ptr<LiveOutput> output);
  void leave(TabId tab);
  // A message of the client. What is wrong with it is answered with {"error":…}.
  void receive(TabId tab, std::string_view message);

  // Sends what is due. Returns the time at which the next thing is; absent if nothing waits.
  std::optional<std::int64_t> flush();

 private:
  struct Feed {
    LiveFeed frames;
    std::size_t watchers = 0;
    std::int64_t unwatched_since_us = 0;
    std::int64_t read_us = 0;                   // when it was last read from the database
    std::optional<std::int64_t> read_due_us{};  // when it is to be read again
    std::uint64_t readings = 0;                 // begun
  };
  struct Subscription {
    LogPosition at;
    std::optional<LogPosition> cursor;  // where the client says it stands
    std::uint64_t reading = 0;          // of the feed, after which `at` is known …
    bool placed = false;                // … as it is now
    bool confirmed = false;             // and the client was told so
    bool lost = false;                  // what it lacks cannot be had
    std::int64_t sent_us = 0;
  };
  struct Tab {
    std::shared_ptr<LiveOutput> output;
    std::map<core::RunId, Subscription> runs;
    std::set<std::string> projects;
    std::set<std::string> missed;  // projects of which changes may not have been heard
  };
  struct News {  // of a run: that its row is to be read again
    std::int64_t due_us = 0;
    std::int64_t read_us = 0;
    bool waiting = false;
    std::int64_t seen_us = 0;  // when its version was last looked at
    std::string project;       // once it was read
    std::uint64_t version = 0;
    bool gone = false;  // was not there when it was read, and who watches was told
  };
  struct Delivery {
    TabId tab = 0;
    std::shared_ptr<LiveOutput> output;
    core::RunId run;
    LogPosition from, to;
    bool confirm = false, resync = false;
    std::vector<SharedFrame> frames{};
    std::int64_t oldest_us = 0;  // when the first of them came to this server
  };

  void apply(TabId tab, const LiveCommand& command);
  void subscribe_run(Tab& tab, core::RunId run, const std::optional<std::string>& cursor);
  void unsubscribe_run(Tab& tab, core::RunId run);
  void unsubscribe_project(Tab& tab, const std::string& project);
  bool is_watched(core::RunId run) const;
  void note(core::RunId run, std::int64_t pause_us, std::int64_t now_us);
  void note_changed(core::RunId run, std::int64_t now_us);
  void read_soon(Feed& feed, std::int64_t now_us);
  void wake();

  void deliver_due(std::int64_t now_us);
  std::vector<Delivery> collect(std::int64_t now_us);
  void deliver(const std::vector<Delivery>& deliveries);
  void take_back(const Delivery& delivery);
  void say_missed();
  void read_tails(std::int64_t now_us);
  std::vector<storage::TailRequest> due_tails(std::int64_t now_us);
  void take_tails(const std::vector<storage::FrameTail>& tails, std::int64_t now_us);
  void place(core::RunId run, const Feed& feed);
  void read_tails_later(std::span<const storage::TailRequest> requests, std::int64_t now_us);
  void poll(std::int64_t now_us);
  bool is_anything_watched() const;
  storage::VersionRequest versions_to_ask(std::int64_t now_us) const;
  void take_versions(const storage::VersionRequest& asked,
                     const std::vector<storage::RunVersion>& versions, std::int64_t now_us);
  std::vector<core::RunId> due_runs(std::int64_t now_us);
  void send_runs(const std::vector<core::RunId>& runs, std::int64_t now_us);
  void note_row(core::RunId run, const nlohmann::json& row);
  void tell_gone(const std::vector<core::RunId>& runs, std::int64_t now_us);
  void tell_gone(core::RunId run);
  void read_later(std::span<const core::RunId> runs, std::int64_t now_us);
  bool is_slow(const LiveOutput& output) const;
  void say(LiveOutput& output, std::shared_ptr<const std::string> message) const;
  void forget_old(std::int64_t now_us);
  std::optional<std::int64_t> next_due(std::int64_t now_us) const;
  void run();

  LiveReaders readers_;
  const core::Clock& clock_;
  LiveOptions options_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool dirty_ = false, stopping_ = false;
  TabId next_tab_ = 1;
  std::map<TabId, Tab> tabs_;
  std::unordered_map<core::RunId, Feed> feeds_;
  std::unordered_map<core::RunId, News> news_;
  std::map<std::string, std::size_t> projects_;  // watched ones, and by how many tabs
  std::set<std::string> polled_projects_;        // of those: whose versions are in news_
  std::int64_t polled_us_ = 0, poll_due_us_ = 0;
  std::thread thread_;
};

}  // namespace tracker::http
