#include <fcntl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <fstream>
#include <map>

#include "integration/campaign/faults.hpp"
#include "spool/layout.hpp"
#include "spool/reader.hpp"
#include "spool/segment.hpp"

// What may happen to a log on its disk.
namespace campaign {
namespace {

namespace fs = std::filesystem;
using tracker::spool::to_bytes;

// Where each record of a whole log lies: the way from a damaged byte to the rows it costs.
struct Span {
  std::uint64_t at, end;
  std::optional<std::int64_t> step;
};

std::vector<Span> spans_of(const fs::path& writer) {
  std::vector<Span> spans;
  tracker::spool::Reader reader(writer, tracker::spool::Offset{0});
  reader.writer_is_dead();
  for (;;) {
    const auto next = reader.next();
    const auto* entry = std::get_if<tracker::spool::Entry>(&next);
    if (entry == nullptr) return spans;
    Span span{to_bytes(entry->at), to_bytes(entry->next), std::nullopt};
    if (const auto* row = std::get_if<tracker::spool::Row>(&entry->record)) span.step = row->step;
    spans.push_back(span);
  }
}

// Rows from the record at `span` on do not arrive.
void lose_from(Logger& logger, const std::vector<Span>& spans, std::size_t span) {
  for (; span < spans.size(); ++span) {
    if (!spans[span].step) continue;
    const auto step = static_cast<std::uint64_t>(*spans[span].step);
    logger.ledger().row(step % kWriters, step / kWriters) = Row::kDropped;
  }
  logger.log_is_cut = true;
  logger.state = "crashed";
}

bool has_gap(const fs::path& writer) {
  tracker::spool::Reader reader(writer, tracker::spool::Offset{0});
  reader.writer_is_dead();
  for (;;) {
    const auto next = reader.next();
    const auto* entry = std::get_if<tracker::spool::Entry>(&next);
    if (entry == nullptr) return false;
    if (std::holds_alternative<tracker::spool::Gap>(entry->record)) return true;
  }
}

Logger& offline_logger(Round& round) {
  LoggerSpec spec = round.some_spec();
  spec.mode = LoggerSpec::Mode::kOffline;
  spec.pause_us = 0;
  return round.start(spec);
}

fs::path segment_of(const Logger& logger) {
  return tracker::spool::segment_path(logger.spool(), tracker::spool::Offset{0});
}

void flip_bit(Round& round, const fs::path& file, std::uint64_t position) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(position));
  const char byte = static_cast<char>(bytes.get() ^ (1 << round.below(8)));
  bytes.seekp(static_cast<std::streamoff>(position));
  bytes.put(byte);
}

void expect_left(Round& round, std::size_t records, std::size_t least, std::size_t most) {
  if (records >= least && records <= most) return;
  ++round.findings().wrong;
  round.findings().note("a damaged log reads " + std::to_string(records) + " records, not " +
                        std::to_string(least));
}

// A whole log is damaged and then delivered: what lies before the damage arrives, what lies behind
// does not, and the log says that it was cut.
After bit_flip(Round& round) {
  for (int i = 0; i < 3; ++i) offline_logger(round);
  round.finish_loggers();
  for (const auto& logger : round.loggers()) {
    const auto spans = spans_of(logger->spool());
    const std::size_t hit = round.below(spans.size());
    const std::uint64_t at = spans[hit].at + round.below(spans[hit].end - spans[hit].at);
    flip_bit(round, segment_of(*logger), tracker::spool::kSegmentHeaderBytes + at);
    // Zeros that fill a record up belong to nobody: a whole log is left.
    const std::size_t left = spans_of(logger->spool()).size();
    if (left == spans.size()) continue;
    expect_left(round, left, hit, hit);
    lose_from(*logger, spans, left);
    if (hit == 0) logger->nothing_arrives = true;  // nothing of it is known but its file run.json
  }
  round.sync();
  for (const auto& logger : round.loggers()) {
    if (!logger->log_is_cut || logger->nothing_arrives || has_gap(logger->spool())) continue;
    ++round.findings().wrong;
    round.findings().note("the log of " + logger->run_id() + " does not tell that it was cut");
  }
  return After::kNothing;
}

After truncated(Round& round) {
  for (int i = 0; i < 3; ++i) offline_logger(round);
  round.finish_loggers();
  for (const auto& logger : round.loggers()) {
    const auto spans = spans_of(logger->spool());
    const std::size_t hit = 1 + round.below(spans.size() - 1);
    const std::uint64_t at = spans[hit].at + round.below(spans[hit].end - spans[hit].at);
    fs::resize_file(segment_of(*logger), tracker::spool::kSegmentHeaderBytes + at);
    // Zeros at its end may be missing without harm.
    const std::size_t left = spans_of(logger->spool()).size();
    expect_left(round, left, hit, hit + 1);
    if (left < spans.size()) lose_from(*logger, spans, left);
  }
  return After::kSync;
}

// While it is being written: bytes that were published already change under the relay.
After live_flip(Round& round) {
  // So that there is something unread behind the damage.
  round.world().on_network([](test_support::FaultProxy& proxy) { proxy.refuse(); });
  Logger& logger = round.start(round.some_spec());
  round.go_on();
  std::vector<Span> spans;
  if (await([&] { return logger.progress() > 0.3 || !logger.process().running(); },
            std::chrono::seconds(20)) &&
      logger.ledger().head().returned[0] > 0)
    spans = spans_of(logger.spool());
  if (spans.size() > 4) {
    const std::size_t hit = 2 + round.below(spans.size() - 2);
    const std::uint64_t at = spans[hit].at + round.below(16);  // its head
    flip_bit(round, segment_of(logger), tracker::spool::kSegmentHeaderBytes + at);
    logger.log_is_cut = true;
    logger.state = "crashed";
    round.world().on_network([](test_support::FaultProxy& proxy) { proxy.admit(); });
    round.finish_loggers();
    lose_from(logger, spans, hit);
    // What was logged after the damage was read lies behind it as well.
    const auto last = [&] {
      std::uint64_t row = 0;
      for (const Span& span : spans)
        if (span.step) row = static_cast<std::uint64_t>(*span.step) / kWriters + 1;
      return row;
    }();
    for (std::uint64_t row = last; row < logger.ledger().head().plan.rows; ++row)
      logger.ledger().row(0, row) = Row::kDropped;
  }
  return After::kNothing;
}

// A small disk: its first segment fits, the second has to wait until there is room. What is dropped
// meanwhile is counted call by call in the ledger.
After spool_disk_full(Round& round) {
  const std::string disk = round.spool().string();
  if (!round.world().can_fill_disks() ||
      ::mount("tmpfs", disk.c_str(), "tmpfs", 0, "size=44m,mode=755") != 0)
    return After::kNothing;
  const fs::path ballast = round.spool() / "ballast";
  const int fd = ::open(ballast.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  static_cast<void>(::posix_fallocate(fd, 0, 24 << 20));
  ::close(fd);
  LoggerSpec spec = round.some_spec();
  spec.plan.rows = 600'000;
  spec.plan.keys = 1;
  spec.plan.console_every = 0;
  spec.batch = 2000;
  spec.pause_us = 2000;
  Logger& logger = round.start(spec);
  const double until = 0.5 + static_cast<double>(round.below(450)) / 1000;
  await([&] { return logger.progress() > until || !logger.process().running(); },
        std::chrono::seconds(60));
  fs::remove(ballast);
  round.finish_loggers();
  return After::kNothing;
}

constexpr Kind kSpoolFaults[] = {
    {"spool_bit_flip", "a bit of a log flips before it is delivered", bit_flip},
    {"spool_truncated", "a log loses its end before it is delivered", truncated},
    {"spool_live_flip", "a bit of a log flips while it is written", live_flip},
    {"disk_full_spool", "no room for the log", spool_disk_full, Kind::Pace::kSlow},
};

}  // namespace

std::span<const Kind> spool_faults() { return kSpoolFaults; }

}  // namespace campaign
