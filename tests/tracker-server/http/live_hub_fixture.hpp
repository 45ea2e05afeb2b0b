#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
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
        [this](std::span<const core::RunId> ids) {
          if (database_away_) throw std::runtime_error("database away");
          std::vector<json> rows;
          for (const auto id : ids)
            rows.push_back({{"id", id.text()}, {"project", "imdb"}, {"reads", ++reads_}});
          return rows;
        },
        clock_, options_);
  }

  // Rows of one key, steps from `step` on, value = step / 2.
  void commit(core::RunId run, std::int64_t step, std::size_t rows = 1) {
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
    publish(run, frame);
  }

  void publish(core::RunId run, std::shared_ptr<const spool::Frame> frame) {
    ingest::Committed committed;
    committed.frames.push_back({run, core::WriterId::random(), 0, 1, std::move(frame)});
    hub_->publish(committed);
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
  int reads_ = 0;
  std::unique_ptr<LiveHub> hub_;
  std::shared_ptr<RecordingOutput> output_;
  LiveHub::TabId tab_ = 0;
  const core::RunId run_ = core::RunId::random(), other_ = core::RunId::random();
};

}  // namespace tracker::http
