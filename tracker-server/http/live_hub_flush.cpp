#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "core/log_text.hpp"
#include "http/live_hub.hpp"
#include "http/meters.hpp"

// The sending half of LiveHub.
namespace tracker::http {
namespace {

constexpr std::int64_t kReadLaterUs = 1'000'000;

}  // namespace

std::optional<std::int64_t> LiveHub::flush() {
  const auto now = clock_.steady_us();
  deliver_due(now);
  say_missed();
  poll(now);
  read_tails(now);
  std::vector<core::RunId> runs;
  {
    const std::lock_guard lock(mutex_);
    runs = due_runs(now);
    forget_old(now);
  }
  if (!runs.empty()) send_runs(runs, now);
  const std::lock_guard lock(mutex_);
  return next_due(now);
}

void LiveHub::deliver_due(std::int64_t now_us) {
  std::vector<Delivery> deliveries;
  {
    const std::lock_guard lock(mutex_);
    deliveries = collect(now_us);
  }
  deliver(deliveries);
}

std::vector<LiveHub::Delivery> LiveHub::collect(std::int64_t now_us) {
  std::vector<Delivery> deliveries;
  for (auto& [id, tab] : tabs_) {
    if (is_slow(*tab.output)) continue;
    for (auto& [run, subscription] : tab.runs) {
      if (!subscription.placed) continue;
      const auto& feed = feeds_.at(run).frames;
      const bool behind = subscription.lost || subscription.at != feed.end();
      const bool due = behind && now_us >= subscription.sent_us + options_.interval_us;
      if (!due && subscription.confirmed) continue;
      Delivery delivery{.tab = id,
                        .output = tab.output,
                        .run = run,
                        .from = subscription.at,
                        .to = subscription.at,
                        .confirm = !subscription.confirmed};
      subscription.confirmed = true;
      if (due) {
        delivery.to = feed.end();
        delivery.resync = subscription.lost || !feed.covers(subscription.at);
        if (!delivery.resync) {
          delivery.frames = feed.since(subscription.at);
          delivery.resync = takes_back(delivery.frames);
          if (delivery.resync) delivery.frames.clear();
          delivery.oldest_us = feed.news_since(subscription.at).value_or(now_us);
        }
        subscription.at = feed.end();
        subscription.sent_us = now_us;
        subscription.lost = false;
      }
      deliveries.push_back(std::move(delivery));
    }
  }
  return deliveries;
}

bool LiveHub::is_slow(const LiveOutput& output) const {
  return output.pending_bytes() > options_.pending_bytes;
}

// The only way to a tab.
void LiveHub::say(LiveOutput& output, std::shared_ptr<const std::string> message) const {
  if (output.pending_bytes() > options_.hang_up_bytes) {
    meters().live_hang_ups.add();
    return output.hang_up();
  }
  meters().live_messages.add();
  output.send(std::move(message));
}

// The tab became slow between collect() and now: as if nothing had been collected.
void LiveHub::take_back(const Delivery& delivery) {
  const std::lock_guard lock(mutex_);
  const auto tab = tabs_.find(delivery.tab);
  if (tab == tabs_.end()) return;
  const auto found = tab->second.runs.find(delivery.run);
  if (found == tab->second.runs.end()) return;
  auto& subscription = found->second;
  if (subscription.at != delivery.to) return;  // it has subscribed anew
  subscription.at = delivery.from;
  subscription.lost = subscription.lost || delivery.resync;
  if (delivery.confirm) subscription.confirmed = false;
}

void LiveHub::deliver(const std::vector<Delivery>& deliveries) {
  using Message = std::shared_ptr<const std::string>;
  const auto made_of = [](std::string text) {
    return std::make_shared<const std::string>(std::move(text));
  };
  // Tabs that watch a run mostly stand at the same place: their texts are made once.
  std::map<std::pair<core::RunId, LogPosition>, std::vector<Message>> made;
  for (const auto& delivery : deliveries) {
    if (is_slow(*delivery.output)) {
      take_back(delivery);
      continue;
    }
    if (delivery.resync) {
      meters().live_resyncs.add();
      say(*delivery.output, made_of(resync_message(delivery.run)));
    }
    if (delivery.confirm) {
      const auto& place = delivery.resync ? delivery.to : delivery.from;
      say(*delivery.output, made_of(subscribed_message(delivery.run, cursor_text(place))));
    }
    if (delivery.frames.empty()) continue;
    const auto [position, fresh] = made.try_emplace({delivery.run, delivery.from});
    if (fresh) {
      const auto keep = [&](std::optional<std::string> text) {
        if (text) position->second.push_back(made_of(std::move(*text)));
      };
      const CursorRange range{cursor_text(delivery.from), cursor_text(delivery.to)};
      keep(points_message(delivery.run, range, delivery.frames));
      keep(logs_message(delivery.run, spool::ConsoleStream::kStdout, delivery.frames));
      keep(logs_message(delivery.run, spool::ConsoleStream::kStderr, delivery.frames));
    }
    for (const auto& message : position->second) say(*delivery.output, message);
    const std::chrono::microseconds lag(clock_.steady_us() - delivery.oldest_us);
    meters().live_lag.observe(lag);
  }
}

std::vector<core::RunId> LiveHub::due_runs(std::int64_t now_us) {
  std::vector<core::RunId> runs;
  for (auto& [run, news] : news_) {
    if (!news.waiting || news.due_us > now_us) continue;
    news.waiting = false;
    news.read_us = now_us;
    runs.push_back(run);
  }
  return runs;
}

void LiveHub::send_runs(const std::vector<core::RunId>& runs, std::int64_t now_us) {
  std::vector<nlohmann::json> rows;
  try {
    rows = readers_.runs(runs);
  } catch (const std::exception& error) {
    spdlog::warn("event=live_read_failed runs={} error={}", runs.size(),
                 core::quoted(error.what()));
    return read_later(runs, now_us);
  }
  std::vector<core::RunId> unsent;
  std::set<core::RunId> gone(runs.begin(), runs.end());
  for (const auto& row : rows) {
    const auto run = core::RunId::parse(row.value("id", ""));
    if (run) gone.erase(*run);
    const auto project = row.value("project", "");
    std::vector<std::shared_ptr<LiveOutput>> outputs;
    {
      const std::lock_guard lock(mutex_);
      if (run) note_row(*run, row);
      for (const auto& [id, tab] : tabs_) {
        if (tab.projects.contains(project) || (run && tab.runs.contains(*run))) {
          outputs.push_back(tab.output);
        }
      }
    }
    if (outputs.empty()) continue;
    const auto message = std::make_shared<const std::string>(nlohmann::json{{"run", row}}.dump(
        -1, ' ', false, nlohmann::json::error_handler_t::replace));
    bool all_sent = true;
    for (const auto& output : outputs) {
      if (is_slow(*output))
        all_sent = false;
      else
        say(*output, message);
    }
    if (!all_sent && run) unsent.push_back(*run);
  }
  read_later(unsent, now_us);
  tell_gone(std::vector<core::RunId>(gone.begin(), gone.end()), now_us);
}

// What it was when it was read, so that a later look at its version tells whether it changed.
void LiveHub::note_row(core::RunId run, const nlohmann::json& row) {
  const auto found = news_.find(run);
  if (found == news_.end()) return;
  found->second.project = row.value("project", "");
  found->second.version = row.value("version", std::uint64_t{0});
  found->second.gone = false;
}

void LiveHub::read_later(std::span<const core::RunId> runs, std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  for (const auto run : runs) {
    auto& news = news_[run];
    news.waiting = true;
    news.due_us = now_us + kReadLaterUs;
  }
}

void LiveHub::forget_old(std::int64_t now_us) {
  std::erase_if(feeds_, [&](const auto& item) {
    return item.second.watchers == 0 &&
           now_us > item.second.unwatched_since_us + options_.keep_feed_us;
  });
  std::erase_if(news_, [&](const auto& item) {
    const auto used = std::max(item.second.read_us, item.second.seen_us);
    return !item.second.waiting && now_us > used + options_.keep_feed_us;
  });
}

std::optional<std::int64_t> LiveHub::next_due(std::int64_t now_us) const {
  std::optional<std::int64_t> due;
  const auto consider = [&](std::int64_t at) { due = due ? std::min(*due, at) : at; };
  for (const auto& [run, news] : news_)
    if (news.waiting) consider(news.due_us);
  for (const auto& [run, feed] : feeds_)
    if (feed.read_due_us) consider(*feed.read_due_us);
  if (is_anything_watched()) consider(poll_due_us_);
  for (const auto& [id, tab] : tabs_) {
    if (!tab.missed.empty()) consider(now_us + options_.interval_us);
    for (const auto& [run, subscription] : tab.runs) {
      if (!subscription.placed) continue;  // its feed's reading is due
      const auto& feed = feeds_.at(run).frames;
      if (!subscription.lost && subscription.confirmed && subscription.at == feed.end()) continue;
      // A tab that was skipped for its long queue is looked at again an interval later.
      const auto next = subscription.sent_us + options_.interval_us;
      consider(next > now_us ? next : now_us + options_.interval_us);
    }
  }
  return due;
}

}  // namespace tracker::http
