#include "storage/run_edit.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/utf8.hpp"
#include "core/documents.hpp"
#include "spool/record.hpp"
#include "storage/run_attributes.hpp"

namespace tracker::storage {
namespace {

constexpr int kEditAttempts = 5;

constexpr const char* kLockEdited = R"sql(
  SELECT named, name, notes, group_name, job_type, array_to_json(tags)::text, config::text, summary::text
  FROM run WHERE id = $1 AND deleted_us IS NULL FOR NO KEY UPDATE)sql";
constexpr const char* kStoreEdited = R"sql(
  UPDATE run SET name = $2, notes = $3, group_name = $4, job_type = $5, tags = $6, config = $7::text::jsonb,
                 summary = $8::text::jsonb, meta_version = meta_version + 1
  WHERE id = $1)sql";

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kInvalidArgument, what);
}

void check(const std::string& text, std::size_t most, const char* what) {
  if (!base::is_text(text)) refuse(std::string(what) + " is not UTF-8 without NUL");
  if (text.size() > most)
    refuse(std::string(what) + " of " + std::to_string(text.size()) +
           " bytes is too long: it may have " + std::to_string(most));
}

void check(const std::optional<std::string>& text, std::size_t most, const char* what) {
  if (text) check(*text, most, what);
}

void check_tags(const std::vector<std::string>& tags) {
  if (tags.size() > spool::kMaxTags)
    refuse(std::to_string(tags.size()) + " tags are too many: a run may have " +
           std::to_string(spool::kMaxTags));
  for (const std::string& tag : tags) {
    check(tag, spool::kMaxTagBytes, "a tag");
    if (tag.empty()) refuse("a tag is empty");
  }
}

void check(const RunEdit& edit) {
  if (!edit.name && !edit.notes && !edit.group && !edit.job_type && !edit.tags &&
      edit.add_tags.empty() && edit.remove_tags.empty() && !edit.config && !edit.summary)
    refuse(
        "say what to change: name, notes, group, job_type, tags, add_tags, remove_tags, config "
        "or summary");
  check(edit.name, spool::kMaxNameBytes, "a run's name");
  if (edit.name && edit.name->empty()) refuse("a run's name is empty");
  check(edit.notes, spool::kMaxNotesBytes, "the notes");
  check(edit.group, spool::kMaxNameBytes, "a group's name");
  check(edit.job_type, spool::kMaxNameBytes, "a job type");
  if (edit.tags) check_tags(*edit.tags);
  check_tags(edit.add_tags);
  check_tags(edit.remove_tags);
}

std::vector<std::string> tags_after(std::vector<std::string> tags, const RunEdit& edit) {
  if (edit.tags) tags = *edit.tags;
  for (const std::string& tag : edit.add_tags)
    if (std::find(tags.begin(), tags.end(), tag) == tags.end()) tags.push_back(tag);
  std::erase_if(tags, [&](const std::string& tag) {
    return std::find(edit.remove_tags.begin(), edit.remove_tags.end(), tag) !=
           edit.remove_tags.end();
  });
  check_tags(tags);
  return tags;
}

void apply(PgConnection& connection, core::RunId run, const RunEdit& edit) {
  const auto& id = run.uuid().bytes;
  const PgResult row = connection.run(kLockEdited, PgParams().uuid(id));
  if (row.rows() == 0) throw Error(ErrorCode::kNotFound, "no run " + run.text());
  if (!row.boolean(0, 0))
    throw Error(ErrorCode::kFailedPrecondition,
                "run " + run.text() + " has only just begun and not said its name: try again");
  const auto text = [&](const std::optional<std::string>& wanted, int column) {
    return wanted ? *wanted : std::string(row.bytes(0, column));
  };
  const auto document = [&](const std::optional<std::string>& patch, int column) {
    const std::string held(row.bytes(0, column));
    return patch ? core::merge_objects(held, *patch) : held;
  };
  const auto held_tags = nlohmann::json::parse(row.bytes(0, 5)).get<std::vector<std::string>>();
  connection.run(kStoreEdited, PgParams()
                                   .uuid(id)
                                   .text(text(edit.name, 1))
                                   .text(text(edit.notes, 2))
                                   .text(text(edit.group, 3))
                                   .text(text(edit.job_type, 4))
                                   .texts(tags_after(held_tags, edit))
                                   .text(document(edit.config, 6))
                                   .text(document(edit.summary, 7)));
  if (edit.config || edit.summary) mark_attributes(connection, run, Urgency::kAtOnce);
}

}  // namespace

void edit_run(Database& database, core::RunId run, const RunEdit& edit) {
  check(edit);
  const Database::PgLease connection = database.pg();
  for (int attempt = 1;; ++attempt) {
    try {
      PgTransaction transaction(*connection);
      apply(*connection, run, edit);
      transaction.commit();
      return;
    } catch (const PgError& error) {
      if (!error.retryable() || attempt == kEditAttempts) throw;
    }
  }
}

}  // namespace tracker::storage
