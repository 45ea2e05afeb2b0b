#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "http/live_hub.hpp"

namespace tracker::http {

using nlohmann::json;

class RecordingOutput final : public LiveOutput {
 public:
  void send(std::shared_ptr<const std::string> message) override {
    messages.push_back(json::parse(*message));
    if (stuck) pending += message->size();
  }
  std::size_t pending_bytes() const override { return pending; }
  void hang_up() override { ++hung_up; }

  // Messages of one kind since the last call.
  std::vector<json> take(const std::string& kind) {
    std::vector<json> found;
    std::erase_if(messages, [&](const json& message) {
      if (!message.contains(kind)) return false;
      found.push_back(message[kind]);
      return true;
    });
    return found;
  }

  std::vector<json> messages;
  bool stuck = false;  // what is sent stays pending
  std::size_t pending = 0;
  int hung_up = 0;
};

// What is committed, as the database has it, for hubs of several servers.
class FakeFrames {
 public:
  storage::TailFrame commit(core::RunId run, core::WriterId writer,
                            std::shared_ptr<const spool::Frame> frame) {
    auto& frames = runs_[run];
    const auto from = end_of(run, writer);
    frames.push_back({writer, from, from + 10, std::move(frame)});
    return frames.back();
  }
  std::uint64_t end_of(core::RunId run, core::WriterId writer) {
    std::uint64_t end = 0;
    for (const auto& frame : runs_[run])
      if (frame.writer == writer) end = frame.to;
    return end;
  }
  // The ring was truncated.
  void truncate() { truncated_ = true; }

  // As storage::read_frame_tails.
  std::vector<storage::FrameTail> read(std::span<const storage::TailRequest> requests) {
    std::vector<storage::FrameTail> tails;
    for (const auto& request : requests) {
      auto& tail = tails.emplace_back();
      tail.run = request.run;
      for (const auto& frame : runs_[request.run]) {
        auto& place = tail.writers[frame.writer];
        place.end = place.begin = frame.to;
      }
      if (!request.from || truncated_) continue;
      for (auto& [writer, place] : tail.writers) {
        const auto from = request.from->find(writer);
        place.begin = std::min(place.end, from == request.from->end() ? 0 : from->second);
      }
      for (const auto& frame : runs_[request.run])
        if (frame.from >= tail.writers[frame.writer].begin) tail.frames.push_back(frame);
    }
    return tails;
  }

 private:
  std::map<core::RunId, std::vector<storage::TailFrame>> runs_;
  bool truncated_ = false;
};

class LiveHubTest : public testing::Test {
 protected:
  LiveHubTest() {
    options_.server_version = "1.2.3";
    options_.feed_weight = 1'000;
    hub_ = make_hub();
    output_ = std::make_shared<RecordingOutput>();
    tab_ = hub_->join(output_);
  }

  std::unique_ptr<LiveHub> make_hub() {
    return std::make_unique<LiveHub>(
        LiveReaders{.runs =
                        [this](std::span<const core::RunId> ids) {
                          if (database_away_) throw std::runtime_error("database away");
                          std::vector<json> rows;
                          for (const auto id : ids) {
                            ++reads_;
                            if (deleted_.contains(id)) continue;
                            rows.push_back({{"id", id.text()},
                                            {"project", "imdb"},
                                            {"version", version_},
                                            {"reads", reads_}});
                          }
                          return rows;
                        },
                    .tails =
                        [this](std::span<const storage::TailRequest> requests) {
                          if (database_away_) throw std::runtime_error("database away");
                          if (on_read_) on_read_();
                          ++tail_reads_;
                          return frames_.read(requests);
                        },
                    .versions =
                        [this](const storage::VersionRequest&) {
                          std::vector<storage::RunVersion> versions;
                          for (const auto run : running_)
                            versions.push_back({run, "imdb", version_});
                          return versions;
                        }},
        clock_, options_);
  }

  // Rows of one key, steps from `step` on, value = step / 2.
  static std::shared_ptr<const spool::Frame> rows_from(std::int64_t step, std::size_t rows = 1) {
    auto frame = std::make_shared<spool::Frame>();
    spool::RowGroup group;
    group.keys = {"train/loss"};
    for (std::size_t i = 0; i < rows; ++i) {
      const auto at = step + static_cast<std::int64_t>(i);
      group.steps.push_back(at);
      group.times_us.push_back(at * 10);
      group.order.push_back(static_cast<std::uint32_t>(i));
      group.values.push_back(static_cast<double>(at) / 2);
    }
    frame->groups.push_back(group);
    return frame;
  }

  void commit(core::RunId run, std::int64_t step, std::size_t rows = 1) {
    publish(run, rows_from(step, rows));
  }
  // As another server would; `hub_` is not told.
  void commit_elsewhere(core::RunId run, std::int64_t step) {
    frames_.commit(run, writer_, rows_from(step));
  }
  void tell(core::RunId run) {
    cluster::RunNews news;
    news.data.insert(run);
    hub_->hear(news);
  }

  void publish(core::RunId run, std::shared_ptr<const spool::Frame> frame) {
    const auto stored = frames_.commit(run, writer_, frame);
    ingest::Committed committed;
    committed.frames.push_back({run, writer_, stored.from, stored.to, std::move(frame)});
    hub_->publish(committed);
  }

  // Flushes an interval later; the steps that came.
  std::vector<std::int64_t> steps_after_flush() {
    clock_.advance(options_.interval_us);
    hub_->flush();
    std::vector<std::int64_t> steps;
    for (const auto& points : output_->take("points"))
      for (const auto& step : points.at("keys").at("train/loss").at("step")) steps.push_back(step);
    return steps;
  }

  void subscribe(core::RunId run) {
    hub_->receive(tab_, json{{"subscribe", {{"run", run.text()}}}}.dump());
  }
  void subscribe(core::RunId run, const std::string& cursor) {
    hub_->receive(tab_, json{{"subscribe", {{"run", run.text()}, {"cursor", cursor}}}}.dump());
  }

  core::ManualClock clock_{1'000'000'000};
  LiveOptions options_;
  bool database_away_ = false;
  int reads_ = 0, tail_reads_ = 0;
  std::uint64_t version_ = 1;
  std::vector<core::RunId> running_;  // as a look at the versions finds them
  std::set<core::RunId> deleted_;     // among them
  std::function<void()> on_read_;
  FakeFrames frames_;
  const core::WriterId writer_ = core::WriterId::random();
  std::unique_ptr<LiveHub> hub_;
  std::shared_ptr<RecordingOutput> output_;
  LiveHub::TabId tab_ = 0;
  const core::RunId run_ = core::RunId::random(), other_ = core::RunId::random();
};

}  // namespace tracker::http
