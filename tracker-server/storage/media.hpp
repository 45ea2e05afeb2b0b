#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "spool/record.hpp"
#include "storage/database.hpp"

// What runs logged to be looked at: contents by their SHA-256, each stored once. Rules:
// docs/storage.md, "Media".
namespace tracker::storage {

struct MediaRow {
  std::int64_t id = 0;  // rises in log order
  std::string key, type;
  std::int64_t step = 0, time_us = 0;
  std::string content_type, description_json;
  std::int64_t bytes = 0;
  std::string sha256;                  // 64 hex digits
  std::optional<std::string> content;  // if it was asked for and fits
};

struct MediaRange {
  std::string key{}, type{};  // empty: all
  std::int64_t from = std::numeric_limits<std::int64_t>::min();
  std::int64_t to = std::numeric_limits<std::int64_t>::max();
  std::size_t limit = 100;
  // Behind this one, in order of key, step and id.
  struct Place {
    std::string key;
    std::int64_t step = 0, id = 0;
  };
  std::optional<Place> after{};
  // Contents of texts and JSON, up to so many bytes together; 0: none.
  std::int64_t content_bytes = 0;
};

// In order of key, step and id. Empty for a run without media, or that is not there; what a rewind
// took back is left out. Any thread. Error(kUnavailable).
std::vector<MediaRow> list_media(Database& database, core::RunId run, const MediaRange& range);

struct MediaKey {
  core::RunId run;
  std::string key, type;
  std::int64_t count = 0, first_step = 0, last_step = 0;
};
// What the runs have of each key and type, in order of run, key and type; `limit` at most. Runs
// that are not there have none. Any thread. Error(kUnavailable).
std::vector<MediaKey> list_media_keys(Database& database, const std::vector<core::RunId>& runs,
                                      std::size_t limit);

struct MediaContent {
  std::string content_type, content;
};
// Of media that the run has, and that no rewind took back. `sha256` as in MediaRow; nothing for
// others and for what is no hash.
std::optional<MediaContent> find_media(Database& database, core::RunId run,
                                       const std::string& sha256);

// Inside the transaction that commits the records.
void insert_media(PgConnection& connection, core::RunId run,
                  const std::vector<const spool::Media*>& media);
void take_back_media(PgConnection& connection, core::RunId run, std::int64_t above_step);

// Contents that no run has any more, `limit` at most; how many were removed. Safe while others
// commit. PgError.
std::size_t drop_unused_media(PgConnection& connection, std::size_t limit);

}  // namespace tracker::storage
