#include "http/live_hub.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>

#include "core/log_text.hpp"

namespace tracker::http {

LiveHub::LiveHub(RunReader reader, const core::Clock& clock, LiveOptions options)
    : reader_(std::move(reader)),
      clock_(clock),
      options_(std::move(options)),
      boot_(core::Uuid::random().text().substr(0, 8)) {}

LiveHub::~LiveHub() { stop(); }

void LiveHub::start() {
  thread_ = std::thread([this] { run(); });
}

void LiveHub::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void LiveHub::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const auto due = flush();
    lock.lock();
    const auto woken = [this] { return dirty_ || stopping_; };
    if (due) {
      const auto pause = std::max<std::int64_t>(*due - clock_.now_us(), 1'000);
      changed_.wait_for(lock, std::chrono::microseconds(pause), woken);
    } else {
      changed_.wait(lock, woken);
    }
    dirty_ = false;
  }
}

void LiveHub::publish(const ingest::Committed& committed) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (feeds_.empty() && project_watchers_ == 0) return;
    const auto now = clock_.now_us();
    for (const auto& frame : committed.frames) {
      note(frame.run, options_.run_refresh_us, now);
      const auto found = feeds_.find(frame.run);
      if (found == feeds_.end()) continue;
      auto& feed = found->second;
      feed.newest = ++sequence_;
      feed.entries.push_back({sequence_, weight_of(*frame.frame), frame.frame, now});
      feed.weight += feed.entries.back().weight;
      trim(feed);
    }
    for (const auto run : committed.changed_runs) note(run, options_.interval_us, now);
    dirty_ = true;
    changed_.notify_one();
  } catch (const std::exception& error) {
    spdlog::error("event=live_publish_failed error={}", core::quoted(error.what()));
  }
}

// Somebody may want to see this run again, at the earliest `pause` after it was last read.
void LiveHub::note(core::RunId run, std::int64_t pause_us, std::int64_t now_us) {
  if (project_watchers_ == 0 && !feeds_.contains(run)) return;
  auto& news = news_[run];
  const auto due = std::max(now_us, news.read_us + pause_us);
  news.due_us = news.waiting ? std::min(news.due_us, due) : due;
  news.waiting = true;
}

void LiveHub::trim(Feed& feed) {
  while (feed.weight > options_.feed_weight && !feed.entries.empty()) {
    feed.floor = feed.entries.front().sequence;
    feed.weight -= feed.entries.front().weight;
    feed.entries.pop_front();
  }
}

LiveHub::TabId LiveHub::join(std::shared_ptr<LiveOutput> output) {
  say(*output, std::make_shared<const std::string>(hello_message(options_.server_version)));
  const std::lock_guard lock(mutex_);
  const auto id = next_tab_++;
  tabs_[id].output = std::move(output);
  return id;
}

void LiveHub::leave(TabId id) {
  const std::lock_guard lock(mutex_);
  const auto found = tabs_.find(id);
  if (found == tabs_.end()) return;
  auto& tab = found->second;
  while (!tab.runs.empty()) unsubscribe_run(tab, tab.runs.begin()->first);
  project_watchers_ -= tab.projects.size();
  tabs_.erase(found);
}

void LiveHub::receive(TabId tab, std::string_view message) {
  try {
    apply(tab, parse_command(message));
  } catch (const Error& error) {
    std::shared_ptr<LiveOutput> output;
    {
      const std::lock_guard lock(mutex_);
      const auto found = tabs_.find(tab);
      if (found != tabs_.end()) output = found->second.output;
    }
    if (!output) return;
    say(*output,
        std::make_shared<const std::string>(error_message("invalid_argument", error.what())));
  }
}

void LiveHub::apply(TabId id, const LiveCommand& command) {
  const std::lock_guard lock(mutex_);
  const auto found = tabs_.find(id);
  if (found == tabs_.end()) return;
  auto& tab = found->second;
  if (command.kind == LiveCommand::Kind::kUnsubscribe) {
    if (command.run) unsubscribe_run(tab, *command.run);
    if (command.project) project_watchers_ -= tab.projects.erase(*command.project);
    return;
  }
  if (tab.runs.size() + tab.projects.size() >= options_.subscriptions) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("at most {} subscriptions a connection", options_.subscriptions));
  }
  if (command.run) subscribe_run(tab, *command.run, command.cursor);
  if (command.project && tab.projects.insert(*command.project).second) ++project_watchers_;
  dirty_ = true;
  changed_.notify_one();
}

void LiveHub::subscribe_run(Tab& tab, core::RunId run, const std::optional<std::string>& cursor) {
  const bool known = feeds_.contains(run);
  auto& feed = feeds_[run];
  // A number of its own: commits while there was no feed did not count, so that whoever comes with
  // an older cursor may have missed some.
  if (!known) feed.floor = feed.newest = ++sequence_;
  const auto [position, fresh] = tab.runs.try_emplace(run);
  if (fresh) ++feed.watchers;
  auto& subscription = position->second;
  subscription.cursor = feed.newest;
  if (cursor) {
    std::uint64_t wanted = 0;
    const auto* end = cursor->data() + cursor->size();
    const bool ours = cursor->size() > boot_.size() && cursor->rfind(boot_, 0) == 0 &&
                      std::from_chars(cursor->data() + boot_.size() + 1, end, wanted).ptr == end;
    subscription.lost = !ours || wanted < feed.floor || wanted > sequence_;
    if (!subscription.lost) subscription.cursor = wanted;
  }
  auto& news = news_[run];
  news.due_us = clock_.now_us();
  news.waiting = true;
}

void LiveHub::unsubscribe_run(Tab& tab, core::RunId run) {
  if (tab.runs.erase(run) == 0) return;
  auto& feed = feeds_[run];
  if (--feed.watchers == 0) feed.unwatched_since_us = clock_.now_us();
}

std::string LiveHub::cursor_text(std::uint64_t sequence) const {
  return fmt::format("{}.{}", boot_, sequence);
}

}  // namespace tracker::http
