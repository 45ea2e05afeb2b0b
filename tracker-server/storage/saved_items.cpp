#include "storage/saved_items.hpp"

#include <algorithm>

#include <tracker/error.hpp>

#include "base/utf8.hpp"
#include "core/document_check.hpp"
#include "spool/record.hpp"

namespace tracker::storage {
namespace {

constexpr const char* kListItems = R"sql(
  SELECT id, name, author, created_us, updated_us, revision FROM saved_item
  WHERE project_id = $1 AND kind = $2 ORDER BY updated_us DESC, id)sql";
constexpr const char* kFindItem = R"sql(
  SELECT id, name, author, created_us, updated_us, revision, spec FROM saved_item
  WHERE project_id = $1 AND kind = $2 AND id = $3)sql";
constexpr const char* kLockItem = R"sql(
  SELECT id, name, author, created_us, updated_us, revision FROM saved_item
  WHERE project_id = $1 AND kind = $2 AND id = $3 FOR NO KEY UPDATE)sql";

// Whoever adds one holds the project: nobody adds another between the count and the row.
constexpr const char* kLockItemsProject =
    "SELECT 1 FROM project WHERE id = $1 AND deleted_us IS NULL FOR NO KEY UPDATE";
constexpr const char* kCountItems =
    "SELECT count(*) FROM saved_item WHERE project_id = $1 AND kind = $2";
constexpr const char* kAdd = R"sql(
  INSERT INTO saved_item (project_id, kind, id, name, spec, author, created_us, updated_us, revision)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $7, 1))sql";
constexpr const char* kChange = R"sql(
  UPDATE saved_item SET name = $2, spec = $3, updated_us = $4, revision = revision + 1 WHERE id = $1)sql";
constexpr const char* kRemoveItem =
    "DELETE FROM saved_item WHERE project_id = $1 AND kind = $2 AND id = $3 RETURNING name";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

void check(const SavedContent& content) {
  const auto& name = content.name;
  if (name.empty() || name.size() > spool::kMaxNameBytes || !base::is_text(name) ||
      std::any_of(name.begin(), name.end(), is_control))
    throw Error(ErrorCode::kInvalidArgument, "`name` must have 1 to " +
                                                 std::to_string(spool::kMaxNameBytes) +
                                                 " bytes of text on one line");
  core::check_document(content.spec, "`spec`");
}

PgParams of(core::ProjectId project, SavedKind kind) {
  PgParams params;
  params.uuid(project.uuid().bytes).smallint(static_cast<std::int16_t>(kind));
  return params;
}
PgParams of(const SavedItemRef& ref) {
  PgParams params = of(ref.project, ref.kind);
  params.uuid(ref.id.uuid().bytes);
  return params;
}

SavedItem item_at(const PgResult& rows, std::size_t row) {
  SavedItem item;
  item.id = SavedItemId(run_id_of(rows.bytes(row, 0)).uuid());
  item.name = rows.bytes(row, 1);
  item.author = rows.bytes(row, 2);
  item.created_us = rows.bigint(row, 3);
  item.updated_us = rows.bigint(row, 4);
  item.revision = rows.bigint(row, 5);
  return item;
}

Error no_such_item(const SavedItemRef& ref) {
  return {ErrorCode::kNotFound, std::string("no ") + to_text(ref.kind) + " " + ref.id.text()};
}

// Holds the project until the transaction ends.
void make_room(PgConnection& connection, const SavedItemRef& ref) {
  const auto& project = ref.project.uuid().bytes;
  if (connection.run(kLockItemsProject, PgParams().uuid(project)).rows() == 0)
    throw Error(ErrorCode::kNotFound, "the project was deleted");
  if (connection.run(kCountItems, of(ref.project, ref.kind)).bigint(0, 0) < kMostSavedItems) return;
  throw Error(ErrorCode::kFailedPrecondition, "the project has " + std::to_string(kMostSavedItems) +
                                                  " " + to_text(ref.kind) +
                                                  "s, which is the most: delete some first");
}

}  // namespace

std::vector<SavedItem> list_saved_items(Database& database, core::ProjectId project,
                                        SavedKind kind) {
  const PgResult rows = database.pg()->run(kListItems, of(project, kind));
  std::vector<SavedItem> items;
  items.reserve(rows.rows());
  for (std::size_t i = 0; i < rows.rows(); ++i) items.push_back(item_at(rows, i));
  return items;
}

SavedItem find_saved_item(Database& database, const SavedItemRef& ref) {
  const PgResult rows = database.pg()->run(kFindItem, of(ref));
  if (rows.rows() == 0) throw no_such_item(ref);
  auto item = item_at(rows, 0);
  item.spec = rows.bytes(0, 6);
  return item;
}

SavedItem add_saved_item(Database& database, const SavedItemRef& ref, const SavedContent& content,
                         const AuditEntry& entry) {
  check(content);
  audited(database, entry, [&](PgConnection& connection) {
    make_room(connection, ref);
    PgParams params = of(ref);
    params.text(content.name).text(content.spec).text(entry.actor).bigint(entry.at_us);
    connection.run(kAdd, params);
  });
  return {ref.id, content.name, entry.actor, entry.at_us, entry.at_us, 1, content.spec};
}

SavedOutcome change_saved_item(Database& database, const SavedItemRef& ref,
                               const SavedChange& change, const AuditEntry& entry) {
  check(change.content);
  const Database::PgLease connection = database.pg();
  PgTransaction transaction(*connection);
  const PgResult rows = connection->run(kLockItem, of(ref));
  if (rows.rows() == 0) throw no_such_item(ref);
  auto item = item_at(rows, 0);
  if (item.revision != change.revision) return {false, std::move(item)};
  connection->run(kChange, PgParams()
                               .uuid(ref.id.uuid().bytes)
                               .text(change.content.name)
                               .text(change.content.spec)
                               .bigint(entry.at_us));
  record(*connection, entry);
  transaction.commit();
  item.name = change.content.name;
  item.spec = change.content.spec;
  item.updated_us = entry.at_us;
  ++item.revision;
  return {true, std::move(item)};
}

void remove_saved_item(Database& database, const SavedItemRef& ref, AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    const PgResult gone = connection.run(kRemoveItem, of(ref));
    if (gone.rows() == 0) throw no_such_item(ref);
    entry.detail = gone.bytes(0, 0);
  });
}

}  // namespace tracker::storage
