#include "storage/log_chunks.hpp"

#include <zstd.h>

#include <algorithm>
#include <limits>
#include <map>

#include "core/codec.hpp"
#include "core/columns.hpp"
#include "storage/checksum.hpp"
#include "storage/shared_statements.hpp"

namespace tracker::storage {
namespace {

constexpr int kLevel = 3;
constexpr std::size_t kMaxText = 64u << 20;  // of one chunk: a frame cannot bring more
constexpr std::size_t kMergedLines = 4'096;  // a chunk with as many lines is left alone
constexpr std::size_t kMergedBytes = 1u << 20;

[[noreturn]] void damaged(const char* what) {
  throw Error(ErrorCode::kDataLoss, std::string("stored console lines are damaged: ") + what);
}

void put_column(std::string& out, const std::vector<std::int64_t>& values) {
  core::put_column(out, core::encode_integers(values));
}

std::vector<std::int64_t> take_column(std::string_view& bytes, std::size_t count) {
  return core::decode_integers(core::take_column(bytes, "stored console text"), count);
}

std::string decompress(std::string_view bytes, std::size_t size) {
  if (ZSTD_getFrameContentSize(bytes.data(), bytes.size()) != size)
    damaged("the text has another size");
  std::string text(size, '\0');
  const std::size_t got = ZSTD_decompress(text.data(), size, bytes.data(), bytes.size());
  if (ZSTD_isError(got) != 0 || got != size) damaged("zstd cannot read the text");
  return text;
}

constexpr const char* kAddLogChunk = R"sql(
  INSERT INTO log_chunk (run_id, stream, line_lo, line_hi, n, payload, crc32c)
  VALUES ($1, $2, $3, $4, $5, $6, $7))sql";

void insert(PgConnection& connection, core::RunId run, std::int16_t stream,
            std::span<const LogLine> lines) {
  const std::string payload = encode_lines(lines);
  connection.run(kAddLogChunk, PgParams()
                                   .uuid(run.uuid().bytes)
                                   .smallint(stream)
                                   .bigint(static_cast<std::int64_t>(lines.front().line))
                                   .bigint(static_cast<std::int64_t>(lines.back().line))
                                   .integer(static_cast<std::int32_t>(lines.size()))
                                   .bytea(payload)
                                   .integer(checksum_of(payload)));
}

// Sorted by number; at equal numbers the later one.
std::vector<LogLine> latest(const std::vector<LogLine>& in_order) {
  std::map<std::uint64_t, const LogLine*> by_number;
  for (const LogLine& line : in_order) by_number[line.line] = &line;
  std::vector<LogLine> out;
  out.reserve(by_number.size());
  for (const auto& [number, line] : by_number) out.push_back(*line);
  return out;
}

// What decides which chunks are joined, without their payloads.
constexpr const char* kSizes = R"sql(
  SELECT id, n, octet_length(payload) FROM log_chunk WHERE run_id = $1 AND stream = $2 ORDER BY id)sql";
constexpr const char* kPayloads = R"sql(
  SELECT n, payload FROM log_chunk WHERE run_id = $1 AND stream = $2 AND id = ANY($3::bigint[]) ORDER BY id)sql";
constexpr const char* kReplace = R"sql(
  UPDATE log_chunk SET line_lo = $4, line_hi = $5, n = $6, payload = $7, crc32c = $8 WHERE run_id = $1 AND stream = $2 AND id = $3)sql";
constexpr const char* kDropLogChunks =
    "DELETE FROM log_chunk WHERE run_id = $1 AND stream = $2 AND id = ANY($3::bigint[])";

// Neighbours are joined while they fit one chunk together. A join takes the id of its last member,
// so that "later wins" stays true. A chunk that does not fit with a neighbour is as good as full:
// it is not read again, whatever comes behind it.
class Merger {
 public:
  Merger(PgConnection& connection, core::RunId run, std::int16_t stream)
      : connection_(connection), run_(run), stream_(stream) {}

  std::size_t merge() {
    const PgResult rows = connection_.run(kSizes, id());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      const auto lines = static_cast<std::size_t>(rows.integer(i, 1));
      const auto bytes = static_cast<std::size_t>(rows.integer(i, 2));
      if (lines_ + lines > kMergedLines || bytes_ + bytes > kMergedBytes) flush();
      ids_.push_back(rows.bigint(i, 0));
      lines_ += lines;
      bytes_ += bytes;
    }
    flush();
    return removed_;
  }

 private:
  PgParams id() const { return PgParams().uuid(run_.uuid().bytes).smallint(stream_); }

  void flush() {
    if (ids_.size() > 1) join();
    ids_.clear();
    lines_ = bytes_ = 0;
  }

  void join() {
    std::vector<LogLine> lines;
    const PgResult rows = connection_.run(kPayloads, id().bigints(ids_));
    for (std::size_t i = 0; i < rows.rows(); ++i)
      for (LogLine& line :
           decode_lines(rows.bytes(i, 1), static_cast<std::size_t>(rows.integer(i, 0))))
        lines.push_back(std::move(line));
    const std::vector<LogLine> joined = latest(lines);
    const std::string payload = encode_lines(joined);
    const std::int64_t kept = ids_.back();
    ids_.pop_back();
    connection_.run(kDropLogChunks, id().bigints(ids_));
    connection_.run(kReplace, id().bigint(kept)
                                  .bigint(static_cast<std::int64_t>(joined.front().line))
                                  .bigint(static_cast<std::int64_t>(joined.back().line))
                                  .integer(static_cast<std::int32_t>(joined.size()))
                                  .bytea(payload)
                                  .integer(checksum_of(payload)));
    removed_ += ids_.size();
  }

  PgConnection& connection_;
  core::RunId run_;
  std::int16_t stream_;
  std::vector<std::int64_t> ids_;  // to be joined
  std::size_t lines_ = 0, bytes_ = 0, removed_ = 0;
};

}  // namespace

std::string encode_lines(std::span<const LogLine> lines) {
  std::vector<std::int64_t> numbers, times, sizes;
  std::string text;
  for (const LogLine& line : lines) {
    numbers.push_back(static_cast<std::int64_t>(line.line));
    times.push_back(line.time_us);
    sizes.push_back(static_cast<std::int64_t>(line.text.size()));
    text += line.text;
  }
  std::string out;
  put_column(out, numbers);
  put_column(out, times);
  put_column(out, sizes);
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), kLevel);
  if (ZSTD_isError(size) != 0)
    throw Error(ErrorCode::kInternal, "zstd failed to compress console lines");
  packed.resize(size);
  return out += packed;
}

std::vector<LogLine> decode_lines(std::string_view bytes, std::size_t count) {
  const std::vector<std::int64_t> numbers = take_column(bytes, count);
  const std::vector<std::int64_t> times = take_column(bytes, count);
  const std::vector<std::int64_t> sizes = take_column(bytes, count);
  std::size_t total = 0;
  for (const std::int64_t size : sizes) {
    if (size < 0 || static_cast<std::size_t>(size) > kMaxText - total)
      damaged("impossible text length");
    total += static_cast<std::size_t>(size);
  }
  const std::string text = decompress(bytes, total);
  std::vector<LogLine> lines(count);
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) {
    lines[i] = {static_cast<std::uint64_t>(numbers[i]), times[i],
                text.substr(at, static_cast<std::size_t>(sizes[i]))};
    at += static_cast<std::size_t>(sizes[i]);
  }
  return lines;
}

void insert_log_chunk(PgConnection& connection, core::RunId run, spool::ConsoleStream stream,
                      std::span<const spool::Console* const> lines) {
  std::vector<LogLine> in_order;
  in_order.reserve(lines.size());
  constexpr auto kHighest =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) - 1;
  for (const spool::Console* line : lines)
    in_order.push_back({std::min(line->line, kHighest), line->time_us, line->text});
  insert(connection, run, static_cast<std::int16_t>(stream), latest(in_order));
}

std::size_t merge_log_chunks(PgConnection& connection, core::RunId run) {
  PgTransaction transaction(connection, kBeginRelaxed);
  if (connection.run(kLockCompaction, PgParams().uuid(run.uuid().bytes)).rows() == 0) return 0;
  std::size_t removed = 0;
  for (const spool::ConsoleStream stream :
       {spool::ConsoleStream::kStdout, spool::ConsoleStream::kStderr})
    removed += Merger(connection, run, static_cast<std::int16_t>(stream)).merge();
  transaction.commit();
  return removed;
}

}  // namespace tracker::storage
