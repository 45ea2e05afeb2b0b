// A reader against writers that are stopped at every point at which threads can be: the stores of
// writing a record (docs/spool-format.md, "Writing") are done one by one, in every order that two
// threads can have, and the log is read after each.
#include <gtest/gtest.h>
#include <unistd.h>

#include <bit>

#include "base/bytes.hpp"
#include "base/fd.hpp"
#include "sdk/spool/spool_fixture.hpp"
#include "spool/segment.hpp"

namespace tracker::spool::test {
namespace {

using tracker::test::TempDirectory;

// The stores of one record, in order. The first of all is the reservation, which stores nothing.
enum class Store { kAnnouncement, kHalfOfPayload, kPayload, kPublication };
constexpr int kStores = 4;

struct Planned {
  int segment;  // 0 or 1
  Offset at;
  std::string payload;
  std::uint64_t announcement;
};

// A log of two segments made by hand.
class SteppedLog {
 public:
  explicit SteppedLog(std::uint64_t capacity) : capacity_(capacity) {
    for (std::uint64_t base : {std::uint64_t{0}, capacity}) {
      SegmentHeader header;
      header.base = Offset{base};
      header.capacity = capacity;
      header.writer_id = header.run_id = "11111111-1111-4111-8111-111111111111";
      fds_.push_back(create_segment(dir_.path(), header, allocate_file));
      seeds_.push_back(header.seed);
    }
  }

  Planned plan(std::uint64_t offset, const std::string& text) const {
    const Record record = Notes{text};
    std::string payload = payload_of(record);
    const Announcement announcement{static_cast<std::uint32_t>(payload.size()),
                                    static_cast<std::uint8_t>(RecordKind::kNotes)};
    const std::uint64_t word = pack_announcement(announcement, Offset{offset});
    return {offset >= capacity_, Offset{offset}, std::move(payload), word};
  }

  void store(const Planned& record, Store what) {
    std::string bytes;
    std::uint64_t at = to_bytes(record.at);
    switch (what) {
      case Store::kAnnouncement:
        base::put(bytes, record.announcement);
        break;
      case Store::kHalfOfPayload:
        at += kRecordHeadBytes;
        bytes = record.payload.substr(0, record.payload.size() / 2);
        break;
      case Store::kPayload:
        at += kRecordHeadBytes;
        bytes = record.payload;
        break;
      case Store::kPublication:
        at += 8;
        base::put(bytes, pack_publication(seeds_[record.segment], record.at, record.announcement,
                                          record.payload));
        break;
    }
    write(record.segment, at, bytes);
  }

  void pad(std::uint64_t offset) {
    std::string bytes;
    const Announcement padding{static_cast<std::uint32_t>(capacity_ - offset - 8), kPaddingKind};
    base::put(bytes, pack_announcement(padding, Offset{offset}));
    write(0, offset, bytes);
  }

  const std::filesystem::path& path() const { return dir_.path(); }

 private:
  void write(int segment, std::uint64_t at, const std::string& bytes) {
    const auto place = kSegmentHeaderBytes + at - (segment == 0 ? 0 : capacity_);
    ASSERT_EQ(::pwrite(fds_[segment].get(), bytes.data(), bytes.size(), static_cast<off_t>(place)),
              static_cast<ssize_t>(bytes.size()));
  }

  TempDirectory dir_;
  std::uint64_t capacity_;
  std::vector<base::Fd> fds_;
  std::vector<std::uint32_t> seeds_;
};

// What a reader that has followed the log has got so far; nothing may ever be called corrupt.
struct Follower {
  explicit Follower(const std::filesystem::path& path) : reader(path, Offset{0}) {}

  void follow() {
    for (;;) {
      auto next = reader.next();
      ASSERT_FALSE(std::holds_alternative<Corrupt>(next)) << std::get<Corrupt>(next).reason;
      const auto* entry = std::get_if<Entry>(&next);
      if (entry == nullptr) return;
      texts.push_back(std::get<Notes>(entry->record).text);
    }
  }
  Reader reader;
  std::vector<std::string> texts;
};

// In every order of the stores of two records.
void check_every_order(std::uint64_t first_at, std::uint64_t second_at, std::uint64_t pad_at) {
  const std::string one = "one, long enough for two words", two = "two, which is another text";
  for (unsigned order = 0; order < 1u << (2 * kStores); ++order) {
    if (std::popcount(order) != kStores) continue;
    SteppedLog log(4096);
    const Planned records[] = {log.plan(first_at, one), log.plan(second_at, two)};
    if (pad_at != 0) log.pad(pad_at);
    Follower follower(log.path());
    int done[2] = {};
    for (int step = 0; step < 2 * kStores; ++step) {
      const unsigned which = order >> step & 1u;
      log.store(records[which], Store{done[which]++});
      const bool first = done[0] == kStores, second = done[1] == kStores;
      std::vector<std::string> visible, published;
      if (first) visible.push_back(one);
      if (first && second) visible.push_back(two);
      if (first) published.push_back(one);
      if (second) published.push_back(two);
      ASSERT_NO_FATAL_FAILURE(follower.follow());
      ASSERT_EQ(follower.texts, visible) << "order " << order << " step " << step;
      // Had the process died here, all that was published would be there, and only that.
      const Log after = read_log(log.path(), WriterIs::kDead);
      ASSERT_FALSE(after.corrupt()) << std::get<Corrupt>(after.end).reason;
      std::vector<std::string> left;
      for (const Notes& notes : after.all<Notes>()) left.push_back(notes.text);
      ASSERT_EQ(left, published) << "order " << order << " step " << step;
    }
  }
}

TEST(Interleaving, TwoRecordsOfOneSegment) { check_every_order(0, 56, 0); }

TEST(Interleaving, ARecordAtTheEndOfASegmentAndOneOfTheNext) {
  // The rest of the first segment is padding.
  check_every_order(0, 4096, 56);
}

}  // namespace
}  // namespace tracker::spool::test
