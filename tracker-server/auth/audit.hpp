#pragma once

#include <string>

#include "auth/gate.hpp"
#include "auth/guard.hpp"
#include "storage/audit.hpp"

// Entries of the audit log as requests make them (docs/access.md, "Audit"). Any thread. An entry
// that goes into the transaction of what it tells of is there exactly if that was done; note() is a
// transaction of its own, for what has none to go into.
namespace tracker::auth {

// By who is behind the guard.
storage::AuditEntry entry_of(const Guard& guard, const core::Clock& clock, std::string action,
                             std::string target, std::string detail = {});
// By nobody in particular.
storage::AuditEntry entry_of(const Origin& from, const core::Clock& clock, std::string action,
                             std::string target);

// The entry as a line of the log: once it is committed. Blocks on nothing.
void say(const storage::AuditEntry& entry);

// An entry on its own, then its line, for what other folders do: call it when that is committed.
// The entry is durable when it returns. Blocks on the database; throws PgError,
// Error(kUnavailable), and then what was done stays done, without an entry: the caller fails, and
// its client may ask again.
void note(Gate& gate, const Guard& guard, std::string action, std::string target,
          std::string detail = {});

}  // namespace tracker::auth
