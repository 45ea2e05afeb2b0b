#include "relay/relay.hpp"

#include <algorithm>
#include <mutex>
#include <random>
#include <utility>
#include <variant>

#include <tracker/error.hpp>

#include "relay/artifacts/staged_uploads.hpp"
#include "relay/channel.hpp"
#include "relay/delivery_stream.hpp"
#include "relay/wakeup.hpp"
#include "relay/writer_end.hpp"
#include "spool/control.hpp"
#include "spool/layout.hpp"
#include "spool/release.hpp"
#include "spool/segment.hpp"

namespace tracker::relay {
namespace {

using Clock = std::chrono::steady_clock;
using spool::RelayState;

constexpr std::chrono::milliseconds kAskedPause{
    300};  // between attempts, however often somebody asks
constexpr std::chrono::seconds kReleaseInterval{30};
constexpr std::chrono::milliseconds kArtifactLook{200};
constexpr int kComebacks = 3;  // after somebody newer took the log over, within
constexpr std::chrono::minutes kSupersededMemory{10};

v1::Hello::Resume resume_of(const std::string& text) {
  if (text == "allow") return v1::Hello::ALLOW;
  if (text == "must") return v1::Hello::MUST;
  return text == "never" ? v1::Hello::NEVER : v1::Hello::RESUME_UNSPECIFIED;
}

// The log's own words about itself.
v1::Hello hello_of(const std::filesystem::path& directory) {
  const auto info = spool::read_info(directory);
  v1::Hello hello;
  hello.set_protocol_version(1);
  hello.set_frame_version(spool::kFrameVersion);
  hello.set_run_id(info.run_id);
  hello.set_writer_id(info.writer_id);
  hello.set_project(info.project);
  hello.set_resume(resume_of(info.resume));
  hello.set_client(std::string("tracker-relay/") + TRACKER_VERSION);
  return hello;
}

class Relay {
 public:
  Relay(const RelayOptions& options, const std::stop_token& stop)
      : options_(options),
        stop_(stop),
        control_(options.spool),
        hello_(hello_of(options.spool)),
        writer_end_(options.spool, options.parent, [this](const std::string& line) { log(line); }),
        wakeup_(options.spool, stop),
        backoff_(std::random_device{}(), options.backoff),
        started_(Clock::now()),
        artifacts_(options.spool, hello_.run_id(), hello_.project(),
                   [this](const std::string& line) { log(line); }) {
    control_.set_relay(RelayState::kStarting, "");
  }

  Report run() {
    while (!stop_.stop_requested()) {
      const StreamEnd end = attempt();
      if (const auto report = conclude(end)) return *report;
      if (end.kind == StreamEnd::Kind::kMoved && Clock::now() - last_attempt_ > kAskedPause) {
        log("moving: " + end.message);
        continue;
      }
      if (end.kind == StreamEnd::Kind::kLost || end.kind == StreamEnd::Kind::kMoved)
        offline(end.message, "start tracker-server, or run `tracker sync` when it is back");
      if (!wait_for_next_attempt()) return finished(Outcome::kLeft, offline_message_);
    }
    return finished(Outcome::kStopped, "");
  }

 private:
  StreamEnd attempt() {
    last_attempt_ = Clock::now();
    // A run that was not to be started: its program took the log away.
    if (spool::list_segments(options_.spool).empty()) return {StreamEnd::Kind::kStopped, ""};
    try {
      const Server server = discover(options_.server, {.stop = stop_});
      DeliveryStream::Options wanted;
      wanted.directory = options_.spool;
      wanted.hello = hello_;
      wanted.until_caught_up = options_.until_caught_up;
      wanted.on_welcome = [&](const v1::Welcome& welcome) { online(server, welcome); };
      wanted.on_acked = [this](spool::Offset offset) { acked(offset); };
      return DeliveryStream(wanted, writer_end_)
          .run(open_channel(server, {.keepalive = options_.keepalive,
                                     .keepalive_timeout = options_.keepalive / 2}),
               stop_);
    } catch (const Error& error) {
      if (stop_.stop_requested()) return {StreamEnd::Kind::kStopped, ""};
      switch (error.code()) {
        case ErrorCode::kDataLoss:
          return {StreamEnd::Kind::kDamaged, error.what()};
        case ErrorCode::kInvalidArgument:
        case ErrorCode::kResourceExhausted:
          return {StreamEnd::Kind::kRefused, error.what()};
        default:
          return {StreamEnd::Kind::kLost, error.what()};
      }
    }
  }

  // What ends the relay, as a report; nothing where it should try again.
  std::optional<Report> conclude(const StreamEnd& end) {
    switch (end.kind) {
      case StreamEnd::Kind::kLost:
      case StreamEnd::Kind::kMoved:
        return std::nullopt;
      case StreamEnd::Kind::kDelivered:
        return delivered();
      case StreamEnd::Kind::kCaughtUp:
        return finished(Outcome::kCaughtUp, "");
      case StreamEnd::Kind::kStopped:
        return finished(Outcome::kStopped, "");
      case StreamEnd::Kind::kSuperseded:
        return superseded();
      case StreamEnd::Kind::kDamaged:
        return damaged(end.message);
      case StreamEnd::Kind::kRefused:
        return give_up(Outcome::kRefused, end.message);
    }
    return std::nullopt;
  }

  // The log is all there; so must be what the writer asked for with artifacts. Goes on as long as
  // that gets ahead, and for `patience` when it does not.
  Report delivered() {
    std::string trouble;
    auto since = Clock::now();
    while (!artifacts_.idle()) {
      if (stop_.stop_requested()) return finished(Outcome::kStopped, "");
      const auto now = Clock::now();
      if (trouble.empty() || artifacts_.trouble().empty()) since = now;
      trouble = artifacts_.trouble();
      if (now - since >= options_.patience) {
        offline(trouble, "`tracker sync` tries it again");
        return finished(Outcome::kLeft, offline_message_);
      }
      wakeup_.wait(kArtifactLook, -1);
    }
    control_.set_relay(RelayState::kDone, "");
    return finished(Outcome::kDelivered, "");
  }

  Report finished(Outcome outcome, const std::string& message) const {
    return {outcome, message, acked_};
  }

  // Somebody registered this writer after us. That may have been an attempt of our own that the
  // network or the server had held back, and then nobody delivers: so we come again, a few times.
  std::optional<Report> superseded() {
    const auto now = Clock::now();
    if (now - last_superseded_ > kSupersededMemory) times_superseded_ = 0;
    last_superseded_ = now;
    if (++times_superseded_ <= kComebacks) return std::nullopt;
    control_.set_relay(RelayState::kOffline, "another relay delivers this log");
    return finished(Outcome::kSuperseded, "");
  }

  // With the writer's end its log is repaired: the damage is cut off, and a Gap and the end tell of
  // it. These are delivered still.
  std::optional<Report> damaged(const std::string& message) {
    const Report report = give_up(Outcome::kDamaged, message);
    if (repaired_ || !writer_end_.settled()) return report;
    repaired_ = true;
    return std::nullopt;
  }

  // Nothing more is sent. The writer is told once; its end is still recorded.
  Report give_up(Outcome outcome, const std::string& message) {
    control_.set_relay(RelayState::kRefused, message);
    log("refused: " + message);
    while (!options_.until_caught_up && !stop_.stop_requested() && !writer_end_.settled()) {
      wakeup_.wait(std::chrono::seconds(1), writer_end_.descriptor());
    }
    return finished(outcome, message);
  }

  void online(const Server& server, const v1::Welcome& welcome) {
    if (welcome.has_resumed())
      control_.set_resumed({welcome.resumed().existed(), welcome.resumed().next_step()});
    else if (hello_.resume() == v1::Hello::MUST || hello_.resume() == v1::Hello::NEVER)
      throw Error(ErrorCode::kInvalidArgument,
                  "the server at " + server.url +
                      " is older than this program and cannot tell whether the run is there: "
                      "update it, or start the run without `resume`");
    control_.set_run_url(server.url + "/runs/" + hello_.run_id());
    control_.set_relay(RelayState::kOnline, "");
    artifacts_.online(server);
    log("online: server " + server.version + " at " + server.url);
  }

  void offline(const std::string& why, const std::string& remedy) {
    offline_message_ = why + ": the run is kept in " + options_.spool.string() + "; " + remedy;
    control_.set_relay(RelayState::kOffline, offline_message_);
    log("offline: " + why);
  }

  void acked(spool::Offset offset) {
    if (offset > acked_) backoff_.reset();
    acked_ = offset;
    control_.set_acked(offset);
    if (options_.progress) options_.progress(offset);
    if (const auto now = Clock::now(); now >= next_release_) {
      next_release_ = now + kReleaseInterval;
      spool::release_before(options_.spool, offset);
    }
  }

  // False when it is time to give up.
  bool wait_for_next_attempt() {
    auto deadline = Clock::now() + backoff_.next();
    for (auto now = Clock::now(); now < deadline && !stop_.stop_requested(); now = Clock::now()) {
      if (out_of_patience(now)) return false;
      // Once the writer's death is dealt with, its descriptor would wake us for ever.
      const int died = writer_end_.settled() ? -1 : writer_end_.descriptor();
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now);
      const auto limit =
          std::clamp(left, std::chrono::milliseconds(1), std::chrono::milliseconds(1000));
      if (wakeup_.wait(limit, died)) {
        backoff_.reset();
        deadline = std::min(deadline, last_attempt_ + kAskedPause);
      }
    }
    return !out_of_patience(Clock::now());
  }

  bool out_of_patience(Clock::time_point now) {
    if (options_.until_caught_up) return now - started_ >= options_.patience;
    return writer_end_.settled() && now - *writer_end_.since() >= options_.patience;
  }

  // By the thread of the artifacts, too.
  void log(const std::string& line) {
    const std::lock_guard lock(log_mutex_);
    if (line == last_line_) return;
    last_line_ = line;
    if (options_.log) options_.log(line);
  }

  const RelayOptions& options_;
  const std::stop_token stop_;
  spool::Control control_;
  const v1::Hello hello_;
  WriterEnd writer_end_;
  Wakeup wakeup_;
  Backoff backoff_;
  const Clock::time_point started_;
  Clock::time_point last_attempt_{}, next_release_{};
  Clock::time_point last_superseded_{};
  int times_superseded_ = 0;
  bool repaired_ = false;
  spool::Offset acked_{};
  std::string offline_message_;
  std::mutex log_mutex_;
  std::string last_line_;
  StagedUploads artifacts_;  // the last one: its thread uses what is above
};

}  // namespace

Report deliver(const RelayOptions& options, const std::stop_token& stop) {
  return Relay(options, stop).run();
}

}  // namespace tracker::relay
