#include "spool/record.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include <tracker/error.hpp>

#include "sdk/spool/spool_fixture.hpp"

namespace tracker::spool::test {
namespace {

TEST(Record, EachKindComesBackAsItWent) {
  for (const Record& record : sample_records()) {
    const std::string payload = payload_of(record);
    const Record back = decode_payload(kind_of(record), payload);
    EXPECT_EQ(back.index(), record.index());
    EXPECT_EQ(payload_of(back), payload) << "kind " << static_cast<int>(kind_of(record));
  }
}

TEST(Record, RowKeepsBitsOfNanAndInfinity) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const Record back =
      decode_payload(RecordKind::kRow, payload_of(Row{3, 4, {{1, nan}, {2, -infinity}}}));
  const Row& row = std::get<Row>(back);
  EXPECT_EQ(row.step, 3);
  EXPECT_EQ(row.time_us, 4);
  ASSERT_EQ(row.values.size(), 2u);
  EXPECT_TRUE(std::isnan(row.values[0].value));
  EXPECT_EQ(row.values[1].value, -infinity);
  EXPECT_EQ(row.values[1].key, 2u);
}

TEST(Record, AnyTruncationIsRefused) {
  for (const Record& record : sample_records()) {
    const std::string payload = payload_of(record);
    for (std::size_t n = 0; n < payload.size(); ++n) {
      // A row cut at a multiple of a value is a row: its length is what the log's checksum
      // protects.
      if ((std::holds_alternative<Row>(record) && n >= 16 && (n - 16) % 12 == 0) ||
          (std::holds_alternative<System>(record) && n >= 8 && (n - 8) % 12 == 0)) {
        continue;
      }
      EXPECT_THROW(decode_payload(kind_of(record), payload.substr(0, n)), Error)
          << "kind " << static_cast<int>(kind_of(record)) << " cut to " << n;
    }
  }
}

TEST(Record, TrailingByteUnknownKindAndBadTextAreRefused) {
  EXPECT_THROW(decode_payload(RecordKind::kNotes, payload_of(Notes{"x"}) + "y"), Error);
  EXPECT_THROW(decode_payload(RecordKind{0}, ""), Error);
  EXPECT_THROW(decode_payload(RecordKind{255}, ""), Error);
  for (const std::string& bad : {std::string("\xC0\xAF"), std::string("\0x", 2)}) {
    std::string notes = payload_of(Notes{"yz"});
    notes.replace(4, 2, bad);
    EXPECT_THROW(decode_payload(RecordKind::kNotes, notes), Error);
  }
  std::string finish = payload_of(Finish{});
  finish[0] = 5;
  EXPECT_THROW(decode_payload(RecordKind::kFinish, finish), Error);
  std::string alert = payload_of(Alert{});
  alert[8] = 4;
  EXPECT_THROW(decode_payload(RecordKind::kAlert, alert), Error);
  std::string branch = payload_of(Branch{});
  branch[0] = 3;
  EXPECT_THROW(decode_payload(RecordKind::kBranch, branch), Error);
}

TEST(Record, AKindFromTheFutureIsHandedOnAsItIs) {
  const std::string payload("any\0bytes\xFF", 10);
  const Record record = decode_payload(RecordKind{200}, payload);
  EXPECT_EQ(kind_of(record), RecordKind{200});
  EXPECT_EQ(std::get<Unknown>(record).payload, payload);
  EXPECT_EQ(payload_of(record), payload);
}

TEST(Record, TextsAreMadeSuchWhenTheyAreWritten) {
  const std::string bad("a\0\xFF", 3), good = "a\xEF\xBF\xBD\xEF\xBF\xBD";
  RunStart start;
  start.project = start.notes = bad;
  start.tags = {bad};
  const std::vector<Record> records = {start,
                                       Key{0, bad},
                                       Config{0, bad},
                                       MetricDefinition{bad, bad},
                                       Console{ConsoleStream::kStdout, 0, 0, bad},
                                       Tags{{bad}},
                                       Notes{bad},
                                       Finish{EndState::kFailed, 0, {}, {}, bad},
                                       Gap{0, 0, 1, bad},
                                       Media{bad, bad, 0, 0, bad, bad, ""},
                                       Alert{0, AlertLevel::kInfo, 0, bad, bad}};
  for (const Record& record : records) {
    const std::string payload = payload_of(record);
    EXPECT_NE(payload.find(good), std::string::npos);
    EXPECT_NO_THROW(decode_payload(kind_of(record), payload)) << static_cast<int>(kind_of(record));
  }
}

TEST(Record, CountBeyondPayloadIsRefusedBeforeAllocating) {
  std::string tags = payload_of(Tags{{"a"}});
  tags[0] = 0x7F;
  EXPECT_THROW(decode_payload(RecordKind::kTags, tags), Error);
}

}  // namespace
}  // namespace tracker::spool::test
