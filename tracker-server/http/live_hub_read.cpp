#include <spdlog/spdlog.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/log_text.hpp"
#include "core/time.hpp"
#include "http/live_hub.hpp"

// The reading half of LiveHub: what other servers committed, and what was deleted.
namespace tracker::http {
namespace {

constexpr std::int64_t kReadAgainUs = core::kSecondUs;
// Runs that were made and ended while nobody told are found by their age.
constexpr std::int64_t kYoungUs = 2 * core::kMinuteUs;

}  // namespace

void LiveHub::read_tails(std::int64_t now_us) {
  std::vector<storage::TailRequest> requests;
  {
    const std::lock_guard lock(mutex_);
    requests = due_tails(now_us);
  }
  if (requests.empty()) return;
  std::vector<storage::FrameTail> tails;
  try {
    tails = readers_.tails(requests);
  } catch (const std::exception& error) {
    spdlog::warn("event=live_read_failed feeds={} error={}", requests.size(),
                 core::quoted(error.what()));
    return read_tails_later(requests, now_us);
  }
  {
    const std::lock_guard lock(mutex_);
    take_tails(tails, now_us);
  }
  deliver_due(now_us);
}

std::vector<storage::TailRequest> LiveHub::due_tails(std::int64_t now_us) {
  std::vector<storage::TailRequest> requests;
  for (auto& [run, feed] : feeds_) {
    if (!feed.read_due_us || *feed.read_due_us > now_us) continue;
    feed.read_due_us.reset();
    feed.read_us = now_us;
    ++feed.readings;
    requests.push_back(feed.frames.request(run));
  }
  return requests;
}

void LiveHub::read_tails_later(std::span<const storage::TailRequest> requests,
                               std::int64_t now_us) {
  const std::lock_guard lock(mutex_);
  for (const auto& request : requests) {
    const auto feed = feeds_.find(request.run);
    if (feed == feeds_.end()) continue;
    feed->second.read_due_us = now_us + kReadAgainUs;
    for (const auto& [id, tab] : tabs_) {
      const auto subscription = tab.runs.find(request.run);
      if (subscription != tab.runs.end() && !subscription->second.placed &&
          subscription->second.cursor)
        feed->second.frames.want(*subscription->second.cursor);
    }
  }
}

void LiveHub::take_tails(const std::vector<storage::FrameTail>& tails, std::int64_t now_us) {
  for (const auto& tail : tails) {
    const auto feed = feeds_.find(tail.run);
    if (feed == feeds_.end()) continue;
    if (!feed->second.frames.apply(tail, now_us)) read_soon(feed->second, now_us);
    place(tail.run, feed->second);
  }
}

// Now it is known where the writers stand.
void LiveHub::place(core::RunId run, const Feed& feed) {
  for (auto& [id, tab] : tabs_) {
    const auto found = tab.runs.find(run);
    if (found == tab.runs.end()) continue;
    auto& subscription = found->second;
    if (subscription.placed) continue;
    if (!subscription.cursor) {
      subscription.placed = true;
      subscription.at = feed.frames.opened_at();
      continue;
    }
    if (subscription.reading > feed.readings) continue;
    subscription.placed = true;
    subscription.at = *subscription.cursor;
    subscription.lost =
        feed.frames.ends_before(subscription.at) || !feed.frames.covers(subscription.at);
  }
}

void LiveHub::poll(std::int64_t now_us) {
  storage::VersionRequest request;
  {
    const std::lock_guard lock(mutex_);
    if (now_us < poll_due_us_ || !is_anything_watched()) return;
    polled_us_ = now_us;
    poll_due_us_ = now_us + options_.poll_us;
    for (auto& [run, feed] : feeds_) read_soon(feed, now_us);
    request = versions_to_ask(now_us);
  }
  if (request.projects.empty()) return;
  try {
    const auto versions = readers_.versions(request);
    const std::lock_guard lock(mutex_);
    take_versions(request, versions, now_us);
  } catch (const std::exception& error) {
    spdlog::warn("event=live_poll_failed error={}", core::quoted(error.what()));
  }
}

bool LiveHub::is_anything_watched() const {
  return !projects_.empty() || std::any_of(feeds_.begin(), feeds_.end(), [](const auto& item) {
    return item.second.watchers > 0;
  });
}

storage::VersionRequest LiveHub::versions_to_ask(std::int64_t now_us) const {
  storage::VersionRequest request;
  request.since_us = now_us - kYoungUs;
  for (const auto& [project, tabs] : projects_) request.projects.push_back(project);
  if (request.projects.empty()) return request;
  for (const auto& [run, news] : news_)
    if (!news.waiting) request.runs.push_back(run);
  return request;
}

void LiveHub::take_versions(const storage::VersionRequest& asked,
                            const std::vector<storage::RunVersion>& versions, std::int64_t now_us) {
  for (const auto& version : versions) {
    const auto [found, fresh] = news_.try_emplace(version.run);
    auto& news = found->second;
    news.seen_us = now_us;
    if (fresh) {
      news.project = version.project;
      news.version = version.version;
      // Of a project that is looked at for the first time, tabs have just read the list.
      if (!polled_projects_.contains(version.project)) continue;
    } else if (news.version == version.version) {
      continue;
    } else if (news.gone) {
      news.version = version.version;  // there is no row to tell it
    }
    note_changed(version.run, now_us);
  }
  for (const auto& project : asked.projects)
    if (projects_.contains(project)) polled_projects_.insert(project);
}

// Runs that were asked for and are not there: deleted. Those who watch them, or their projects, are
// told to read again, and find out.
void LiveHub::tell_gone(const std::vector<core::RunId>& runs, std::int64_t now_us) {
  if (runs.empty()) return;
  storage::VersionRequest request;
  request.runs = runs;
  request.since_us = std::numeric_limits<std::int64_t>::max();
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [project, tabs] : projects_) request.projects.push_back(project);
  }
  std::vector<storage::RunVersion> versions;
  try {
    if (!request.projects.empty()) versions = readers_.versions(request);
  } catch (const std::exception& error) {
    spdlog::warn("event=live_read_failed runs={} error={}", runs.size(),
                 core::quoted(error.what()));
    return read_later(runs, now_us);
  }
  const std::lock_guard lock(mutex_);
  for (const auto& version : versions) {
    const auto found = news_.find(version.run);
    if (found == news_.end()) continue;
    if (std::find(runs.begin(), runs.end(), version.run) == runs.end()) continue;
    found->second.project = version.project;
    found->second.version = version.version;
  }
  for (const auto run : runs) tell_gone(run);
}

void LiveHub::tell_gone(core::RunId run) {
  auto& news = news_[run];
  if (std::exchange(news.gone, true)) return;
  for (auto& [id, tab] : tabs_) {
    if (tab.projects.contains(news.project)) tab.missed.insert(news.project);
    const auto subscription = tab.runs.find(run);
    if (subscription != tab.runs.end()) subscription->second.lost = true;
  }
}

// Tabs of projects whose changes may not have been heard read their list again.
void LiveHub::say_missed() {
  std::vector<std::pair<std::shared_ptr<LiveOutput>, std::string>> told;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, tab] : tabs_) {
      if (is_slow(*tab.output)) continue;
      for (const auto& project : tab.missed)
        if (tab.projects.contains(project)) told.emplace_back(tab.output, project);
      tab.missed.clear();
    }
  }
  for (const auto& [output, project] : told)
    say(*output, std::make_shared<const std::string>(resync_message(project)));
}

}  // namespace tracker::http
