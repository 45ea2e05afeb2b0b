#include "auth/audit.hpp"

#include <spdlog/spdlog.h>

#include <utility>

#include "core/log_text.hpp"

namespace tracker::auth {

storage::AuditEntry entry_of(const Guard& guard, const core::Clock& clock, std::string action,
                             std::string target, std::string detail) {
  return {clock.now_us(),          guard.who().name,  guard.who().key,   guard.from().address,
          guard.from().request_id, std::move(action), std::move(target), std::move(detail)};
}

storage::AuditEntry entry_of(const Origin& from, const core::Clock& clock, std::string action,
                             std::string target) {
  return {clock.now_us(),    "", "", from.address, from.request_id, std::move(action),
          std::move(target), ""};
}

void say(const storage::AuditEntry& entry) {
  spdlog::info("event=audit action={} actor={} key={} target={} detail={} client={} id={}",
               entry.action, core::quoted(entry.actor), entry.key, core::quoted(entry.target),
               core::quoted(entry.detail), core::quoted(entry.address), entry.request_id);
}

void note(Gate& gate, const Guard& guard, std::string action, std::string target,
          std::string detail) {
  const auto entry =
      entry_of(guard, gate.clock(), std::move(action), std::move(target), std::move(detail));
  storage::record(gate.database(), entry);
  say(entry);
}

}  // namespace tracker::auth
