#pragma once

// SQL that several files of this folder run.
namespace tracker::storage {

// $1 is the run. No row: it has none, or somebody is at work on it.
inline constexpr const char* kLockCompaction =
    "SELECT 1 FROM compaction WHERE run_id = $1 FOR UPDATE SKIP LOCKED";

// $1 is the run. What readers see of it has changed.
inline constexpr const char* kTouchRun =
    "UPDATE run SET meta_version = meta_version + 1 WHERE id = $1";

// What is read until the transaction ends is of one moment. The lock comes before the snapshot:
// docs/storage.md, "The ring".
inline constexpr const char* kBeginSnapshot =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; LOCK TABLE frame IN ACCESS SHARE MODE";

}  // namespace tracker::storage
