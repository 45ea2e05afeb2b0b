#include "http/live_hub.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include <tracker/error.hpp>

#include "core/log_text.hpp"

namespace tracker::http {

LiveHub::LiveHub(LiveReaders readers, const core::Clock& clock, LiveOptions options)
    : readers_(std::move(readers)), clock_(clock), options_(std::move(options)) {}

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
      const auto pause = std::max<std::int64_t>(*due - clock_.steady_us(), 1'000);
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
    if (feeds_.empty() && projects_.empty()) return;
    const auto now = clock_.steady_us();
    for (const auto& frame : committed.frames) {
      note(frame.run, options_.run_refresh_us, now);
      const auto found = feeds_.find(frame.run);
      if (found == feeds_.end()) continue;
      if (!found->second.frames.publish({frame.writer, frame.from, frame.to, frame.frame}, now))
        read_soon(found->second, now);
    }
    for (const auto run : committed.changed_runs) note_changed(run, now);
    wake();
  } catch (const std::exception& error) {
    spdlog::error("event=live_publish_failed error={}", core::quoted(error.what()));
  }
}

void LiveHub::hear(const cluster::RunNews& news) noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (feeds_.empty() && projects_.empty()) return;
    const auto now = clock_.steady_us();
    for (const auto* runs : {&news.data, &news.changed}) {
      for (const auto run : *runs) {
        note(run, options_.run_refresh_us, now);
        const auto found = feeds_.find(run);
        if (found != feeds_.end()) read_soon(found->second, now);
      }
    }
    for (const auto run : news.changed) note_changed(run, now);
    if (news.many || news.missed)
      poll_due_us_ = std::min(poll_due_us_, std::max(now, polled_us_ + options_.interval_us));
    if (news.missed)
      for (auto& [id, tab] : tabs_) tab.missed = tab.projects;
    wake();
  } catch (const std::exception& error) {
    spdlog::error("event=live_hear_failed error={}", core::quoted(error.what()));
  }
}

void LiveHub::wake() {
  dirty_ = true;
  changed_.notify_one();
}

bool LiveHub::is_watched(core::RunId run) const {
  if (feeds_.contains(run)) return true;
  if (projects_.empty()) return false;
  const auto known = news_.find(run);  // of a run that was never read nobody knows the project
  return known == news_.end() || known->second.project.empty() ||
         projects_.contains(known->second.project);
}

// Somebody may want to see this run again, at the earliest `pause` after it was last read.
void LiveHub::note(core::RunId run, std::int64_t pause_us, std::int64_t now_us) {
  if (!is_watched(run)) return;
  auto& news = news_[run];
  const auto due = std::max(now_us, news.read_us + pause_us);
  news.due_us = news.waiting ? std::min(news.due_us, due) : due;
  news.waiting = true;
}

void LiveHub::note_changed(core::RunId run, std::int64_t now_us) {
  note(run, options_.interval_us, now_us);
}

// Only for who watches: a feed that is kept for a tab that may come back waits until it does.
void LiveHub::read_soon(Feed& feed, std::int64_t now_us) {
  if (feed.watchers == 0) return;
  feed.read_due_us = std::max(now_us, feed.read_us + options_.tail_pause_us);
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
  while (!tab.projects.empty()) unsubscribe_project(tab, *tab.projects.begin());
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
    if (command.project) unsubscribe_project(tab, *command.project);
    return;
  }
  if (tab.runs.size() + tab.projects.size() >= options_.subscriptions) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("at most {} subscriptions a connection", options_.subscriptions));
  }
  if (command.run) subscribe_run(tab, *command.run, command.cursor);
  if (command.project && tab.projects.insert(*command.project).second)
    ++projects_[*command.project];
  wake();
}

void LiveHub::subscribe_run(Tab& tab, core::RunId run, const std::optional<std::string>& cursor) {
  auto& feed = feeds_.try_emplace(run, Feed{LiveFeed(options_.feed_weight)}).first->second;
  const bool followed = feed.watchers > 0;
  const auto [position, fresh] = tab.runs.try_emplace(run);
  if (fresh) ++feed.watchers;
  auto& subscription = position->second;
  subscription = {};
  if (cursor) {
    subscription.cursor = parse_cursor(*cursor);
    subscription.lost = !subscription.cursor;
    if (subscription.cursor) feed.frames.want(*subscription.cursor);
  }
  const auto now = clock_.steady_us();
  // A feed that was kept and not followed may stand a little before now: what comes twice merges.
  subscription.placed = feed.frames.open() && !subscription.cursor;
  if (subscription.placed) subscription.at = feed.frames.end();
  // A reading that is under way may have begun before what the cursor names was committed.
  subscription.reading = feed.readings + 1;
  if (!subscription.placed || !followed) read_soon(feed, now);
  auto& news = news_[run];
  news.due_us = now;
  news.waiting = true;
}

void LiveHub::unsubscribe_run(Tab& tab, core::RunId run) {
  if (tab.runs.erase(run) == 0) return;
  auto& feed = feeds_.at(run);
  if (--feed.watchers == 0) feed.unwatched_since_us = clock_.steady_us();
}

void LiveHub::unsubscribe_project(Tab& tab, const std::string& project) {
  const std::string name = project;  // it may be the set's own
  if (tab.projects.erase(name) == 0 || --projects_.at(name) > 0) return;
  projects_.erase(name);
  polled_projects_.erase(name);
}

}  // namespace tracker::http
