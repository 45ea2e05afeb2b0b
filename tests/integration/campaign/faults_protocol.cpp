#include <csignal>

#include "base/uuid.hpp"
#include "frame/frame.hpp"
#include "integration/campaign/faults.hpp"
#include "relay/channel.hpp"
#include "relay/discovery.hpp"
#include "relay/ingest_stream.hpp"
#include "spool/layout.hpp"

// Clients that should not be there, and frames that are none.
namespace campaign {
namespace {

using tracker::relay::IngestStream;
namespace v1 = tracker::v1;

// A client that does as it is told.
class RawClient {
 public:
  RawClient(World& world, const std::string& run, const std::string& writer,
            const std::string& project)
      : stream_(tracker::relay::open_channel(tracker::relay::discover(world.url())),
                hello(run, writer, project)) {}

  // The next answer; Idle when none came in time.
  IngestStream::Event answer(std::chrono::seconds limit = std::chrono::seconds(10)) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
      auto event = stream_.wait(std::chrono::milliseconds(50));
      if (!std::holds_alternative<IngestStream::Idle>(event)) return event;
    }
    return IngestStream::Idle{};
  }

  std::optional<v1::Welcome> welcome() {
    const auto event = answer();
    if (const auto* welcome = std::get_if<v1::Welcome>(&event)) return *welcome;
    return std::nullopt;
  }

  void send(std::uint64_t from, std::uint64_t to, std::string payload) {
    while (!stream_.writable()) stream_.wait(std::chrono::milliseconds(5));
    stream_.write(tracker::spool::Offset{from}, tracker::spool::Offset{to}, std::move(payload));
  }

 private:
  static v1::Hello hello(const std::string& run, const std::string& writer,
                         const std::string& project) {
    v1::Hello hello;
    hello.set_protocol_version(1);
    hello.set_frame_version(tracker::spool::kFrameVersion);
    hello.set_run_id(run);
    hello.set_writer_id(writer);
    hello.set_project(project);
    hello.set_client("campaign");
    return hello;
  }

  IngestStream stream_;
};

std::string some_frame(Round& round) {
  tracker::spool::Frame frame;
  tracker::spool::RowGroup group;
  group.keys = {"train/k0", "bogus"};
  for (std::uint32_t row = 0; row < 50; ++row) {
    group.steps.push_back(row);
    group.times_us.push_back(1'700'000'000'000'000 + row);
    group.order.push_back(row);
  }
  for (int i = 0; i < 100; ++i) group.values.push_back(static_cast<double>(round.below(1000)));
  frame.groups.push_back(std::move(group));
  return tracker::spool::encode_frame(frame);
}

// More relays for a log than it needs, and the first of them killed.
After two_relays(Round& round) {
  std::vector<std::unique_ptr<test_support::Process>> more;
  round.start_some();
  round.strike(4, [&] {
    Logger& logger = round.any();
    if (logger.run_id().empty()) return;
    if (round.coin())
      for (const pid_t relay : round.relays()) ::kill(relay, SIGKILL);
    for (int i = 0; i < 2; ++i)
      more.push_back(std::make_unique<test_support::Process>(round.world().program(
          (build_directory() / "bin/tracker-relay").string(),
          {"--spool", logger.spool().string(), "--server", round.world().url()}, round.spool())));
  });
  round.finish_loggers();
  return After::kSync;
}

// A stranger registers a live writer again, twice; what its older stream sends must be refused, and
// the relay must get its place back.
After old_epoch(Round& round) {
  round.start_some(2);
  round.go_on();
  Logger& logger = round.any();
  if (logger.run_id().empty()) return After::kNothing;
  const std::string writer = logger.spool().filename();
  RawClient old(round.world(), logger.run_id(), writer, round.project());
  const auto old_welcome = old.welcome();
  RawClient young(round.world(), logger.run_id(), writer, round.project());
  const auto young_welcome = young.welcome();
  if (!old_welcome || !young_welcome) {
    round.findings().note("no Welcome for a second stream");
    return After::kNothing;
  }
  const std::uint64_t from = young_welcome->acked_offset();
  old.send(from, from + 4096, some_frame(round));
  for (;;) {
    const auto event = old.answer();
    if (std::holds_alternative<v1::Ack>(event)) {
      ++round.findings().wrong;
      round.findings().note("a frame of an old epoch was acknowledged");
    }
    if (!std::holds_alternative<v1::Rewind>(event)) break;
  }
  return After::kNothing;
}

struct Hostile {
  std::uint64_t from, to;
  std::string payload;
  bool may_pass = false;  // a flipped bit may leave a frame that is one
};

Hostile some_hostile(Round& round, std::uint64_t at) {
  std::string frame = some_frame(round);
  switch (round.below(8)) {
    case 0:
      for (char& byte : frame) byte = static_cast<char>(round.below(256));
      return {at, at + 100, frame};
    case 1:
      frame[round.below(frame.size())] ^= static_cast<char>(1 << round.below(8));
      return {at, at + 100, frame, true};
    case 2:
      frame.resize(round.below(frame.size()));
      return {at, at + 100, frame};
    case 3:
      return {at + 100, at, frame};
    case 4:
      frame[0] = 9;
      return {at, at + 100, frame};
    case 5:
      frame.resize((4u << 20) + 1);
      return {at, at + 100, frame};
    case 6:
      return {at, at + 100, frame + "x"};
    default:
      // A header of zstd that promises 2⁶⁰ bytes.
      return {at, at + 100, std::string("\x01\x28\xb5\x2f\xfd\xe0\0\0\0\0\0\0\0\x10", 14) + frame};
  }
}

After corrupt_frames(Round& round) {
  round.start_some();
  const std::string run = tracker::base::make_uuid(), writer = tracker::base::make_uuid();
  for (int i = 0; i < 6; ++i) {
    RawClient client(round.world(), run, writer, round.project() + "-hostile");
    const auto welcome = client.welcome();
    if (!welcome) {
      round.findings().note("no Welcome for a client whose frames are bad");
      continue;
    }
    const Hostile hostile = some_hostile(round, welcome->acked_offset());
    client.send(hostile.from, hostile.to, hostile.payload);
    const auto event = client.answer();
    const bool refused = std::holds_alternative<v1::Refusal>(event) ||
                         std::holds_alternative<IngestStream::Closed>(event);
    if (refused || (hostile.may_pass && std::holds_alternative<v1::Ack>(event))) continue;
    ++round.findings().wrong;
    round.findings().note("a bad frame was not refused");
  }
  return After::kNothing;
}

constexpr Kind kProtocolFaults[] = {
    {"two_relays", "several relays for one log", two_relays},
    {"old_epoch", "a stranger takes a writer's place", old_epoch},
    {"corrupt_frames", "a client that sends what is no frame", corrupt_frames},
};

}  // namespace

std::span<const Kind> protocol_faults() { return kProtocolFaults; }

}  // namespace campaign
