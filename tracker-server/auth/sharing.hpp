#pragma once

#include <string>

#include "auth/gate.hpp"
#include "auth/guard.hpp"
#include "storage/members.hpp"

// Whom projects are shared with, and teams. That the caller may is the table of routes' business.
// Each call is one transaction with its entry of the audit log, durable when it returns; the entry
// is a line of the log as well. Any thread; blocks on the database. Rules: docs/access.md. Errors:
// Error(kInvalidArgument) for what is no name, kNotFound, kAlreadyExists, kUnavailable.
namespace tracker::auth {

// `name` is the project's, for the log. Sets the role of one who is a member already.
void share(Gate& gate, const Guard& guard, core::ProjectId project, const std::string& name,
           const storage::Member& member);
void unshare(Gate& gate, const Guard& guard, core::ProjectId project, const std::string& name,
             const storage::Member& member);

void make_team(Gate& gate, const Guard& guard, const std::string& name);
void remove_team(Gate& gate, const Guard& guard, const std::string& name);
void join_team(Gate& gate, const Guard& guard, const std::string& team, const std::string& user);
void leave_team(Gate& gate, const Guard& guard, const std::string& team, const std::string& user);

}  // namespace tracker::auth
