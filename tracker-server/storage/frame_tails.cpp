#include "storage/frame_tails.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tracker::storage {
namespace {

constexpr const char* kWritersOfRuns = R"sql(
  SELECT run_id, writer_id, id, acked_offset FROM writer_stream WHERE run_id = ANY($1::text[]::uuid[])
  ORDER BY id)sql";

// The limit keeps the planner to the index: frame is never analysed, and a join as such would read
// the whole slot. Whoever is so many frames behind reads the series again.
constexpr const char* kTailFrames = R"sql(
  SELECT stream_id, from_offset, to_offset, payload FROM (
    SELECT f.id, f.stream_id, f.from_offset, f.to_offset, f.payload,
           sum(octet_length(f.payload)) OVER (ORDER BY f.id DESC) AS bytes
    FROM unnest($1::bigint[], $2::bigint[]) AS s(stream_id, start)
    CROSS JOIN LATERAL (
      SELECT * FROM frame WHERE stream_id = s.stream_id AND from_offset >= s.start
      ORDER BY from_offset LIMIT 10000) f) newest
  WHERE bytes <= $3 ORDER BY id)sql";

struct Stream {
  std::size_t tail = 0;  // index of its run's answer
  core::WriterId writer;
  std::uint64_t start = 0;
  std::vector<TailFrame> chain;  // consecutive
  std::vector<std::size_t> order;
};
using Streams = std::map<std::int64_t, Stream>;

std::uint64_t start_of(const LogPosition& position, core::WriterId writer) {
  const auto found = position.find(writer);
  return found == position.end() ? 0 : found->second;
}

// Notes where the writers stand, and returns those that have something new.
Streams read_writers(PgConnection& connection, std::span<const TailRequest> requests,
                     const TailReadLimits& limits, std::vector<FrameTail>& tails) {
  std::vector<std::string> ids;
  std::map<core::RunId, std::size_t> index;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    ids.push_back(requests[i].run.text());
    index[requests[i].run] = i;
    tails[i].run = requests[i].run;
  }
  Streams behind;
  const PgResult rows = connection.run(kWritersOfRuns, PgParams().texts(ids));
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const std::size_t i = index.at(run_id_of(rows.bytes(row, 0)));
    const core::WriterId writer = writer_id_of(rows.bytes(row, 1));
    const auto acked = static_cast<std::uint64_t>(rows.bigint(row, 3));
    tails[i].writers[writer] = {acked, acked};
    if (!requests[i].from) continue;
    const std::uint64_t start = start_of(*requests[i].from, writer);
    if (start < acked && acked - start <= limits.log_bytes)
      behind[rows.bigint(row, 2)] = {i, writer, start, {}, {}};
  }
  return behind;
}

// What does not decode is what compaction will set aside: nobody gets to see it.
std::shared_ptr<const spool::Frame> decode(std::string_view payload) {
  try {
    return std::make_shared<const spool::Frame>(spool::decode_frame(payload));
  } catch (const Error&) {
    return nullptr;
  }
}

void read_frames(PgConnection& connection, const TailReadLimits& limits, Streams& streams) {
  std::vector<std::int64_t> ids, starts;
  for (const auto& [id, stream] : streams) {
    ids.push_back(id);
    starts.push_back(static_cast<std::int64_t>(stream.start));
  }
  const PgResult rows = connection.run(
      kTailFrames, PgParams().bigints(ids).bigints(starts).bigint(limits.payload_bytes));
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    Stream& stream = streams.at(rows.bigint(row, 0));
    const auto from = static_cast<std::uint64_t>(rows.bigint(row, 1));
    const auto to = static_cast<std::uint64_t>(rows.bigint(row, 2));
    if (!stream.chain.empty() && stream.chain.back().to != from) stream.chain.clear();
    auto frame = decode(rows.bytes(row, 3));
    if (!frame) {
      stream.chain.clear();
      continue;
    }
    if (stream.chain.empty()) stream.order.clear();
    stream.chain.push_back({stream.writer, from, to, std::move(frame)});
    stream.order.push_back(row);
  }
}

}  // namespace

std::vector<FrameTail> read_frame_tails(PgConnection& connection,
                                        std::span<const TailRequest> requests,
                                        const TailReadLimits& limits) {
  std::vector<FrameTail> tails(requests.size());
  if (requests.empty()) return tails;
  Streams streams = read_writers(connection, requests, limits, tails);
  if (streams.empty()) return tails;
  read_frames(connection, limits, streams);
  std::vector<std::vector<std::pair<std::size_t, TailFrame>>> ordered(tails.size());
  for (auto& [id, stream] : streams) {
    WriterTail& tail = tails[stream.tail].writers[stream.writer];
    // A chain that ends below is cut off by a frame that is gone: what lies behind is not there.
    if (stream.chain.empty() || stream.chain.back().to < tail.end) continue;
    tail = {stream.chain.front().from, stream.chain.back().to};
    for (std::size_t i = 0; i < stream.chain.size(); ++i)
      ordered[stream.tail].emplace_back(stream.order[i], std::move(stream.chain[i]));
  }
  for (std::size_t i = 0; i < tails.size(); ++i) {
    std::sort(ordered[i].begin(), ordered[i].end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [order, frame] : ordered[i]) tails[i].frames.push_back(std::move(frame));
  }
  return tails;
}

}  // namespace tracker::storage
