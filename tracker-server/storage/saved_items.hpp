#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "storage/audit.hpp"
#include "storage/database.hpp"

// Views and reports that were saved in a project (docs/storage.md, "Saved views and reports"). Each
// change is a transaction of its own, with its entry of the audit log, durable when it returns.
// From any thread. An item is found only under its own project and kind. Errors: Error(kNotFound),
// kInvalidArgument for a name or spec that will not do, kUnavailable, PgError.
namespace tracker::storage {

enum class SavedKind : std::uint8_t { kView = 1, kReport = 2 };  // as the table has them
constexpr const char* to_text(SavedKind kind) noexcept {
  return kind == SavedKind::kView ? "view" : "report";
}

struct SavedItemTag {
  static constexpr const char* kName = "saved item";
};
using SavedItemId = core::Id<SavedItemTag>;

struct SavedItemRef {
  core::ProjectId project;
  SavedKind kind = SavedKind::kView;
  SavedItemId id;
};

struct SavedItem {
  SavedItemId id;
  std::string name, author;  // author: name of the user who made it; empty for nobody in particular
  std::int64_t created_us = 0, updated_us = 0;
  std::int64_t revision = 0;  // 1, and one more with each change
  std::string spec;           // a JSON object; empty in a list
};

// What people write: a name of 1 to 512 bytes without control characters, and a JSON object as
// core/document_check.hpp says.
struct SavedContent {
  std::string name, spec;
};

inline constexpr std::int64_t kMostSavedItems = 1'000;  // of a project and kind

// All of a project and kind, newest change first.
std::vector<SavedItem> list_saved_items(Database& database, core::ProjectId project,
                                        SavedKind kind);
SavedItem find_saved_item(Database& database, const SavedItemRef& ref);

// A new item under a new id; the entry says who makes it, and when. kFailedPrecondition if there
// are kMostSavedItems, kNotFound if the project is not there or deleted.
SavedItem add_saved_item(Database& database, const SavedItemRef& ref, const SavedContent& content,
                         const AuditEntry& entry);

struct SavedChange {
  SavedContent content;
  std::int64_t revision = 0;  // that it is a change of
};
struct SavedOutcome {
  bool changed = false;  // else the item has another revision, and is as it was, without its spec
  SavedItem item;
};
SavedOutcome change_saved_item(Database& database, const SavedItemRef& ref,
                               const SavedChange& change, const AuditEntry& entry);

// Gives the entry the name of what is gone as its detail.
void remove_saved_item(Database& database, const SavedItemRef& ref, AuditEntry& entry);

}  // namespace tracker::storage
