#include "integration/campaign/faults.hpp"

// What may happen between relay and server.
namespace campaign {
namespace {

using test_support::Cut;
using test_support::FaultProxy;
using test_support::Way;
using test_support::WayRules;
using Mode = WayRules::Mode;

Way some_way(Round& round) { return round.coin() ? Way::kUp : Way::kDown; }

After net_cut(Round& round) {
  round.start_some();
  round.strike(5, [&] {
    const Cut how = some_cut(round);
    round.world().on_network([&](FaultProxy& proxy) { proxy.cut(how); });
  });
  return After::kNothing;
}

// In the middle of whatever is on its way then: a frame, a header, an acknowledgement.
After cut_mid_frame(Round& round) {
  round.start_some();
  round.strike(6, [&] {
    round.world().grpc_proxy().cut_after(some_way(round), round.below(6000), some_cut(round));
  });
  return After::kNothing;
}

After lost_way(Round& round, Way way) {
  round.start_some();
  round.strike(3, [&] {
    round.world().on_network([&](FaultProxy& proxy) { proxy.set(way, {.mode = Mode::kDrop}); });
    round.linger(round.some_ms(20, 400));
    round.world().on_network([](FaultProxy& proxy) { proxy.heal(); });
  });
  return After::kNothing;
}
After lost_acks(Round& round) { return lost_way(round, Way::kDown); }
After lost_frames(Round& round) { return lost_way(round, Way::kUp); }

After black_hole(Round& round) {
  round.start_some();
  round.strike(2, [&] {
    round.world().on_network([&](FaultProxy& proxy) {
      proxy.set(Way::kUp, {.mode = Mode::kDrop});
      proxy.set(Way::kDown, {.mode = Mode::kDrop});
    });
    round.linger(round.some_ms(50, 600));
    round.world().on_network([](FaultProxy& proxy) { proxy.heal(); });
  });
  return After::kNothing;
}

// Nobody ever tells either side; their keepalives have to find out.
After net_half_open(Round& round) {
  round.start_some();
  round.strike(1, [&] { round.world().on_network([](FaultProxy& proxy) { proxy.abandon(); }); });
  round.finish_loggers();
  round.linger(std::chrono::seconds(9));
  return After::kNothing;
}

After net_stall(Round& round) {
  round.start_some();
  round.strike(3, [&] {
    const Way way = some_way(round);
    round.world().on_network([&](FaultProxy& proxy) { proxy.set(way, {.mode = Mode::kStall}); });
    round.linger(round.some_ms(50, 700));
    round.world().on_network([&](FaultProxy& proxy) { proxy.set(way, {}); });
  });
  return After::kNothing;
}

After net_slow(Round& round) {
  const auto delay = round.some_ms(1, 60);
  const std::size_t rate = 20'000 + round.below(200'000);
  round.world().on_network([&](FaultProxy& proxy) {
    proxy.set(Way::kUp, {.delay = delay, .bytes_per_second = rate});
    proxy.set(Way::kDown, {.delay = delay});
  });
  round.start_some();
  round.strike(2, [&] {
    if (round.coin()) round.world().grpc_proxy().cut(some_cut(round));
  });
  round.finish_loggers();
  return After::kNothing;
}

After unreachable(Round& round) {
  if (round.coin()) round.world().on_network([](FaultProxy& proxy) { proxy.refuse(); });
  round.start_some();
  round.strike(3, [&] {
    round.world().on_network([](FaultProxy& proxy) {
      proxy.refuse();
      proxy.cut(Cut::kReset);
    });
    round.linger(round.some_ms(10, 300));
    round.world().on_network([](FaultProxy& proxy) { proxy.admit(); });
  });
  return After::kNothing;
}

After cut_and_kill(Round& round) {
  round.start_some(4);
  round.strike(4, [&] {
    round.world().grpc_proxy().cut_after(some_way(round), round.below(3000), some_cut(round));
    if (round.coin()) round.any().process().kill(SIGKILL);
  });
  return After::kNothing;
}

constexpr Kind kNetworkFaults[] = {
    {"net_cut", "connections closed or reset", net_cut},
    {"net_cut_mid_frame", "cut within a frame, a header or an acknowledgement", cut_mid_frame},
    {"net_lost_acks", "what the server says is lost, then a reset", lost_acks},
    {"net_lost_frames", "what the relay says is lost, then a reset", lost_frames},
    {"net_black_hole", "both are lost, then a reset", black_hole},
    {"net_half_open", "connections that nobody ends", net_half_open, Kind::Pace::kSlow},
    {"net_stall", "one direction waits, nothing is lost", net_stall},
    {"net_slow", "delay and a thin line", net_slow},
    {"net_unreachable", "connections refused for a while", unreachable},
    {"net_cut_and_kill", "cut, and loggers killed", cut_and_kill},
};

}  // namespace

std::span<const Kind> network_faults() { return kNetworkFaults; }

}  // namespace campaign
