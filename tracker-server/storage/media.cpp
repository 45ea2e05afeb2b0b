#include "storage/media.hpp"

#include <algorithm>

#include "core/documents.hpp"

namespace tracker::storage {
namespace {

// Whoever finds the content there locks it, so that it cannot go before the reference is committed.
constexpr const char* kAddMedia = R"sql(
  WITH new AS (
    SELECT u.*, sha256(u.c) AS hash
    FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bytea[])
         WITH ORDINALITY AS u(k, t, s, at, ct, d, c, ord)),
  blob AS (
    INSERT INTO media_blob (sha256, bytes, content)
    SELECT DISTINCT ON (hash) hash, octet_length(c), c FROM new ORDER BY hash
    ON CONFLICT (sha256) DO UPDATE SET bytes = excluded.bytes)
  INSERT INTO run_media (run_id, key, type, step, time_us, content_type, description, sha256)
  SELECT $1, k, t, s, at, ct, d::jsonb, hash FROM new ORDER BY ord)sql";

constexpr const char* kTakeBack =
    "UPDATE run_media SET taken_back = true WHERE run_id = $1 AND step > $2 AND NOT taken_back";

// The contents of texts and JSON in order, until their sum is beyond $9.
constexpr const char* kListMedia = R"sql(
  SELECT l.*, CASE WHEN l.readable AND sum(l.bytes) FILTER (WHERE l.readable) OVER (ORDER BY l.key, l.step, l.id) <= $9
                   THEN (SELECT content FROM media_blob b WHERE b.sha256 = l.hash) END
  FROM (
    SELECT m.id, m.key, m.type, m.step, m.time_us, m.content_type, m.description::text, b.bytes::bigint AS bytes,
           encode(m.sha256, 'hex'), m.sha256 AS hash,
           m.content_type IN ('application/json', 'text/plain', 'text/markdown') AS readable
    FROM run_media m JOIN media_blob b ON b.sha256 = m.sha256
    WHERE m.run_id = $1 AND NOT m.taken_back AND ($2 = '' OR m.key = $2) AND ($3 = '' OR m.type = $3)
      AND m.step BETWEEN $4 AND $5 AND (m.key, m.step, m.id) > ($6 COLLATE "C", $7, $8)
    ORDER BY m.key, m.step, m.id LIMIT $10) l
  ORDER BY l.key, l.step, l.id)sql";

constexpr const char* kMediaKeys = R"sql(
  SELECT run_id, key, type, count(*), min(step), max(step) FROM run_media
  WHERE run_id = ANY ($1) AND NOT taken_back GROUP BY 1, 2, 3 ORDER BY 1, 2, 3 LIMIT $2)sql";

constexpr const char* kFindMedia = R"sql(
  SELECT m.content_type, b.content FROM run_media m JOIN media_blob b ON b.sha256 = m.sha256
  WHERE m.run_id = $1 AND m.sha256 = decode($2, 'hex') AND NOT m.taken_back LIMIT 1)sql";

constexpr const char* kDropBlobs = R"sql(
  DELETE FROM media_blob WHERE sha256 = ANY(ARRAY(
    SELECT sha256 FROM media_blob b WHERE NOT EXISTS (SELECT 1 FROM run_media m WHERE m.sha256 = b.sha256)
    ORDER BY sha256 LIMIT $1 FOR UPDATE SKIP LOCKED)))sql";

bool is_hash(const std::string& text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

// A description that is no object is left out; the content is kept.
std::string object_of(const std::string& json) {
  try {
    return core::merge_objects("{}", json);
  } catch (const Error&) {
    return "{}";
  }
}

}  // namespace

void insert_media(PgConnection& connection, core::RunId run,
                  const std::vector<const spool::Media*>& media) {
  if (media.empty()) return;
  std::vector<std::string> keys, types, content_types, descriptions;
  std::vector<std::int64_t> steps, times;
  std::vector<std::string_view> contents;
  for (const spool::Media* one : media) {
    keys.push_back(one->key);
    types.push_back(one->type);
    steps.push_back(one->step);
    times.push_back(one->time_us);
    content_types.push_back(one->content_type);
    descriptions.push_back(object_of(one->description_json));
    contents.push_back(one->content);
  }
  connection.run(kAddMedia, PgParams()
                                .uuid(run.uuid().bytes)
                                .texts(keys)
                                .texts(types)
                                .bigints(steps)
                                .bigints(times)
                                .texts(content_types)
                                .texts(descriptions)
                                .byteas(contents));
}

void take_back_media(PgConnection& connection, core::RunId run, std::int64_t above_step) {
  connection.run(kTakeBack, PgParams().uuid(run.uuid().bytes).bigint(above_step));
}

std::vector<MediaRow> list_media(Database& database, core::RunId run, const MediaRange& range) {
  const MediaRange::Place after =
      range.after.value_or(MediaRange::Place{"", std::numeric_limits<std::int64_t>::min(), 0});
  const PgResult rows =
      database.pg()->run(kListMedia, PgParams()
                                         .uuid(run.uuid().bytes)
                                         .text(range.key)
                                         .text(range.type)
                                         .bigint(range.from)
                                         .bigint(range.to)
                                         .text(after.key)
                                         .bigint(after.step)
                                         .bigint(after.id)
                                         .bigint(range.content_bytes)
                                         .bigint(static_cast<std::int64_t>(range.limit)));
  std::vector<MediaRow> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto text = [&](int column) { return std::string(rows.bytes(i, column)); };
    out.push_back({rows.bigint(i, 0), text(1), text(2), rows.bigint(i, 3), rows.bigint(i, 4),
                   text(5), text(6), rows.bigint(i, 7), text(8),
                   rows.is_null(i, 11) ? std::nullopt : std::optional(text(11))});
  }
  return out;
}

std::vector<MediaKey> list_media_keys(Database& database, const std::vector<core::RunId>& runs,
                                      std::size_t limit) {
  if (runs.empty()) return {};
  const PgResult rows = database.pg()->run(
      kMediaKeys, PgParams().uuids(runs).bigint(static_cast<std::int64_t>(limit)));
  std::vector<MediaKey> out;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.push_back({run_id_of(rows.bytes(i, 0)), std::string(rows.bytes(i, 1)),
                   std::string(rows.bytes(i, 2)), rows.bigint(i, 3), rows.bigint(i, 4),
                   rows.bigint(i, 5)});
  return out;
}

std::optional<MediaContent> find_media(Database& database, core::RunId run,
                                       const std::string& sha256) {
  if (!is_hash(sha256)) return std::nullopt;
  const PgResult row =
      database.pg()->run(kFindMedia, PgParams().uuid(run.uuid().bytes).text(sha256));
  if (row.rows() == 0) return std::nullopt;
  return MediaContent{std::string(row.bytes(0, 0)), std::string(row.bytes(0, 1))};
}

std::size_t drop_unused_media(PgConnection& connection, std::size_t limit) {
  return connection.run(kDropBlobs, PgParams().bigint(static_cast<std::int64_t>(limit))).affected();
}

}  // namespace tracker::storage
