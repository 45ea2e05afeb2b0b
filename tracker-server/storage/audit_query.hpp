#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/audit.hpp"
#include "storage/database.hpp"

// Reads the log of who did what (docs/http-api.md, "The audit log"). Any thread; blocks on the
// database.
namespace tracker::storage {

// Which entries: those that all of it holds for. What is absent or empty takes all. A `*` in actor,
// action and target stands for any run of characters.
struct AuditFilter {
  std::optional<std::string> actor;     // "" is nobody in particular
  std::vector<std::string> actions;     // one of them: "key.create", "run.*"
  std::optional<std::string> target;    // "imdb/net:v3"
  std::optional<std::string> project;   // by name: itself, its runs that are there, what it holds
  std::optional<std::string> text;      // anywhere in target or detail, in any case
  std::optional<std::int64_t> from_us;  // of that moment or later
  std::optional<std::int64_t> to_us;    // before it
};

struct AuditRow {
  std::int64_t no = 0;  // rises
  AuditEntry entry;
};

struct AuditPage {
  AuditFilter filter{};
  std::optional<std::int64_t> before{};  // of the page before: its last number
  std::size_t limit = 100;
};

// Newest first, at most `limit`. All texts must be base::is_text. Throws Error(kUnavailable).
std::vector<AuditRow> list_audit(Database& database, const AuditPage& page);

}  // namespace tracker::storage
