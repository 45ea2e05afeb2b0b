#pragma once

#include <string>

#include "auth/gate.hpp"
#include "auth/guard.hpp"
#include "storage/audit.hpp"

// Entries of the audit log as requests make them (docs/access.md, "Audit").
namespace tracker::auth {

// By who is behind the guard.
storage::AuditEntry entry_of(const Guard& guard, const core::Clock& clock, std::string action,
                             std::string target, std::string detail = {});
// By nobody in particular.
storage::AuditEntry entry_of(const Origin& from, const core::Clock& clock, std::string action,
                             std::string target);

// The entry as a line of the log.
void say(const storage::AuditEntry& entry);

// A line and an entry on its own, for what other folders do.
void note(Gate& gate, const Guard& guard, std::string action, std::string target,
          std::string detail = {});

}  // namespace tracker::auth
