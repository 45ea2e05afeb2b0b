// The offset machine under thousands of schedules: the relay's side of a stream (DeliveryState,
// over a real log), the server's (StreamState), and a model of the committer and its database.
// Messages wait in queues; what happens next is drawn from a seed: a message moves, a group commits
// or its reply is lost, a connection breaks while what was sent may still arrive, a relay comes
// back, an older database is put in place. Whatever happens, each row is stored once and in order.
#include <gtest/gtest.h>

#include <deque>
#include <list>
#include <random>

#include "frame/frame.hpp"
#include "ingest/stream_state.hpp"
#include "relay/delivery_state.hpp"
#include "sdk/relay/test_spool.hpp"
#include "support/temp_directory.hpp"

namespace {

namespace v1 = tracker::v1;
using tracker::ingest::FrameVerdict;
using tracker::ingest::StreamState;
using tracker::relay::CutFrame;
using tracker::relay::DeliveryState;
using tracker::relay::StreamEnd;

constexpr std::int64_t kRows = 120;
constexpr int kSchedules = 2000;
constexpr int kTurbulent = 600;    // actions in which faults happen
constexpr int kActions = 100'000;  // more means that it is stuck

struct Database {
  std::uint64_t acked = 0, epoch = 0;
  std::vector<std::int64_t> steps;
};

struct Pending {
  std::uint64_t from, to, bytes, generation;
  std::string payload;
};

// A connection. Its client may be gone while the server still hears what was sent.
struct Link {
  explicit Link(const DeliveryState::Options& options) : client(options) {}
  DeliveryState client;
  StreamState server{4u << 20};
  bool client_gone = false;
  bool hello_waits = true;
  std::deque<CutFrame> up;
  std::deque<v1::StreamResponse> down;
  std::vector<Pending> pending;  // accepted, not committed
};

class Simulation {
 public:
  Simulation(const relay_test::TestSpool& spool, std::uint64_t seed) : random_(seed) {
    options_.directory = spool.directory();
    options_.limits = {.raw_bytes = 100 + below(3000), .age = std::chrono::milliseconds(0)};
    options_.on_welcome = [](const auto&) {};
    options_.on_acked = [](tracker::spool::Offset) {};
    options_.writer_is_dead = [] { return true; };
    window_ = 200 + below(20'000);
    kept_ = database_;
  }

  void run() {
    for (action_ = 0; action_ < kActions && !delivered_; ++action_) act();
    ASSERT_TRUE(delivered_) << "stuck at " << database_.acked << ", " << links_.size() << " links";
    ASSERT_EQ(database_.steps.size(), static_cast<std::size_t>(kRows));
    for (std::int64_t step = 0; step < kRows; ++step)
      ASSERT_EQ(database_.steps[static_cast<std::size_t>(step)], step);
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }
  bool turbulent() const { return action_ < kTurbulent; }

  void act() {
    if (links_.empty() || links_.back().client_gone) links_.emplace_back(options_);
    Link& live = links_.back();
    auto at = links_.begin();
    std::advance(at, static_cast<long>(below(links_.size())));
    switch (below(turbulent() ? 24 : 16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        if (auto frame = live.client.next({})) live.up.push_back(*std::move(frame));
        if (const auto end = live.client.done()) finish(live, *end);
        break;
      case 4:
      case 5:
      case 6:
      case 7:
        hear_client(*at);
        break;
      case 8:
      case 9:
      case 10:
      case 11:
        hear_server(live);
        break;
      case 12:
      case 13:
      case 14:
      case 15:
        commit(*at);
        break;
      case 16:
      case 17:  // the client is gone; what it sent arrives later
        leave(live);
        break;
      case 18:  // and what it sent is lost, from some frame on
        if (!live.up.empty()) live.up.resize(below(live.up.size()));
        leave(live);
        break;
      case 19:  // the server notices at last
        if (at->client_gone) links_.erase(at);
        break;
      case 20:
        kept_ = database_;
        break;
      case 21:
        if (below(4) == 0) database_ = kept_;
        break;
      default:
        break;
    }
  }

  void leave(Link& link) {
    link.client_gone = true;
    link.down.clear();
  }

  void finish(Link& link, const StreamEnd& end) {
    // An older database may be put in place behind the last acknowledgement; then `tracker sync
    // --all` is another stream.
    if (end.kind == StreamEnd::Kind::kDelivered && !turbulent() &&
        database_.steps.size() == static_cast<std::size_t>(kRows))
      delivered_ = true;
    leave(link);
  }

  void hear_client(Link& link) {
    if (link.hello_waits) {
      link.hello_waits = false;
      if (!link.server.hello({1, tracker::spool::kFrameVersion, tracker::base::make_uuid(),
                              tracker::base::make_uuid(), "p", "simulation"}))
        ADD_FAILURE() << "Hello was refused";
      link.server.welcomed(database_.acked, ++database_.epoch);
      v1::StreamResponse response;
      auto& welcome = *response.mutable_welcome();
      welcome.set_acked_offset(database_.acked);
      welcome.set_epoch(database_.epoch);
      welcome.set_window_bytes(window_);
      welcome.set_max_frame_bytes(4u << 20);
      welcome.set_max_frame_decompressed_bytes(32u << 20);
      answer(link, response);
      return;
    }
    if (link.up.empty()) return;
    CutFrame frame = std::move(link.up.front());
    link.up.pop_front();
    const std::uint64_t from = to_bytes(frame.from), to = to_bytes(frame.to);
    switch (link.server.frame(from, to, frame.payload.size())) {
      case FrameVerdict::kAccept:
        link.pending.push_back(
            {from, to, frame.payload.size(), link.server.generation(), std::move(frame.payload)});
        break;
      case FrameVerdict::kRewind:
        rewind(link, link.server.acked());
        break;
      case FrameVerdict::kIgnore:
        break;
      case FrameVerdict::kRefuse:
      case FrameVerdict::kMisuse:
        ADD_FAILURE() << "a frame was refused";
        break;
    }
  }

  // As the committer does it: a chain of what is valid, in one step, its reply perhaps lost.
  void commit(Link& link) {
    std::vector<Pending> chain;
    for (Pending& part : std::exchange(link.pending, {})) {
      if (part.generation == link.server.generation())
        chain.push_back(std::move(part));
      else
        link.server.released(part.bytes);
    }
    if (chain.empty()) return;
    std::uint64_t bytes = 0;
    for (const Pending& part : chain) bytes += part.bytes;
    const int attempts = turbulent() && below(4) == 0 ? 2 : 1;
    for (int attempt = 1; attempt <= attempts; ++attempt) {
      if (link.server.ended()) return;
      if (attempt > 1 && database_.epoch == link.server.epoch() &&
          database_.acked == chain.back().to)
        break;  // the look-up behind a lost reply
      const bool done =
          database_.epoch == link.server.epoch() && database_.acked == chain.front().from;
      if (done && (attempt < attempts ? below(2) == 0 : true)) store(chain);
      if (attempt < attempts) continue;  // its reply is lost, or it was
      if (!done) return refuse(link, bytes);
    }
    link.server.committed(database_.acked, bytes);
    v1::StreamResponse response;
    response.mutable_ack()->set_offset(database_.acked);
    answer(link, response);
  }

  void store(const std::vector<Pending>& chain) {
    for (const Pending& part : chain)
      for (const auto& group : tracker::spool::decode_frame(part.payload).groups)
        database_.steps.insert(database_.steps.end(), group.steps.begin(), group.steps.end());
    database_.acked = chain.back().to;
  }

  void refuse(Link& link, std::uint64_t bytes) {
    link.server.released(bytes);
    if (database_.epoch != link.server.epoch()) {  // superseded, or unknown to an older database
      link.server.close();
      if (!link.client_gone) leave(link);
      return;
    }
    if (link.server.rewound(database_.acked)) rewind(link, database_.acked);
  }

  void rewind(Link& link, std::uint64_t acked) {
    v1::StreamResponse response;
    response.mutable_rewind()->set_acked_offset(acked);
    answer(link, response);
  }

  void answer(Link& link, const v1::StreamResponse& response) {
    if (!link.client_gone) link.down.push_back(response);
  }

  void hear_server(Link& link) {
    if (link.client_gone || link.down.empty()) return;
    const v1::StreamResponse response = std::move(link.down.front());
    link.down.pop_front();
    DeliveryState::Handled end;
    if (response.has_welcome()) end = link.client.on(response.welcome());
    if (response.has_ack()) end = link.client.on(response.ack());
    if (response.has_rewind()) end = link.client.on(response.rewind());
    if (!end) end = link.client.done();
    if (end) finish(link, *end);
  }

  std::mt19937_64 random_;
  DeliveryState::Options options_;
  std::uint64_t window_ = 0;
  Database database_, kept_;
  std::list<Link> links_;
  int action_ = 0;
  bool delivered_ = false;
};

TEST(OffsetSimulation, every_row_is_stored_once_and_in_order_whatever_happens) {
  const tracker::test::TempDirectory root;
  relay_test::TestSpool spool(root.path(), 1u << 16);
  spool.log(0, kRows);
  spool.finish();
  spool.close();
  for (std::uint64_t seed = 1; seed <= kSchedules; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Simulation(spool, seed).run();
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
}

}  // namespace
