#include "alerts/teller.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "core/log_text.hpp"
#include "core/time.hpp"

namespace tracker::alerts {
namespace {

constexpr std::size_t kAtOnce = 8;
constexpr std::int64_t kFirstPauseUs = 10 * core::kSecondUs;

}  // namespace

Teller::Teller(storage::Database& database, const core::Clock& clock, Targets targets,
               TellerOptions options, Send send)
    : database_(database),
      clock_(clock),
      targets_(std::move(targets)),
      options_(options),
      send_(std::move(send)),
      periodic_(
          options.interval, core::Periodic::First::kAtOnce, [this] { round(); },
          [](const std::exception& error) {
            spdlog::warn("event=alerts_failed error={}", core::quoted(error.what()));
          }) {}

void Teller::round() {
  storage::give_up_untaken_alerts(*database_.pg(), clock_.now_us() - options_.untaken_us,
                                  "no server that has a webhook or mail took it for a day");
  if (targets_.none()) return;
  // Longer than all that are taken may need.
  const auto targets = static_cast<std::int64_t>(targets_.webhooks.size() + 1);
  const std::int64_t hold = static_cast<std::int64_t>(kAtOnce) * targets *
                            std::chrono::microseconds(targets_.timeout).count() * 2;
  for (;;) {
    const auto taken = storage::take_due_alerts(*database_.pg(), clock_.now_us(), hold, kAtOnce);
    for (const storage::Alert& alert : taken) {
      if (periodic_.stopping()) return;  // another round has them when their time is over
      const auto outcome = tell(alert);
      storage::settle_alert(*database_.pg(), outcome);
    }
    if (taken.size() < kAtOnce) return;
  }
}

storage::AlertOutcome Teller::tell(const storage::Alert& alert) const {
  Delivery sent = send_(targets_, alert);
  if (sent.failure.empty()) {
    spdlog::info("event=alert_told run={} alert={} attempts={}", alert.run.text(), alert.id,
                 alert.attempts);
    return {alert.id, storage::AlertState::kTold, 0, "", std::move(sent.told)};
  }
  const bool again = alert.attempts < options_.most_attempts;
  spdlog::warn("event=alert_not_told run={} alert={} attempts={} again={} error={}",
               alert.run.text(), alert.id, alert.attempts, again, core::quoted(sent.failure));
  if (!again)
    return {alert.id, storage::AlertState::kFailed, 0, sent.failure, std::move(sent.told)};
  const std::int64_t pause = kFirstPauseUs << std::min(alert.attempts - 1, 20);
  return {alert.id, storage::AlertState::kDue, clock_.now_us() + pause, sent.failure,
          std::move(sent.told)};
}

}  // namespace tracker::alerts
