#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.hpp"
#include "spool/record.hpp"
#include "storage/logs.hpp"
#include "storage/pg.hpp"

// Console lines as they are stored: batches, numbers and times as integer columns, text compressed
// with zstd.
namespace tracker::storage {

// u32 size of each integer column and the column (line numbers, times, text lengths;
// core/codec.hpp), then the texts joined, as one zstd frame. Lines in the order given.
std::string encode_lines(std::span<const LogLine> lines);

// The inverse. Throws Error(kDataLoss) for anything encode_lines cannot have written for `count`
// lines.
std::vector<LogLine> decode_lines(std::string_view bytes, std::size_t count);

// Inside the caller's transaction. Lines in log order; of several with one number in the batch the
// last is stored.
void insert_log_chunk(PgConnection& connection, core::RunId run, spool::ConsoleStream stream,
                      std::span<const spool::Console* const> lines);

// Joins the small chunks of a run into larger ones, without a change to what read_logs answers. A
// transaction of its own under the run's row in `compaction`; reads only those that it joins.
// Returns how many chunks there are fewer. Throws PgError, Error(kDataLoss) when a chunk does not
// decode.
std::size_t merge_log_chunks(PgConnection& connection, core::RunId run);

}  // namespace tracker::storage
