// What a relay does with a server that is older than the program: records it does not keep,
// questions it does not know.
#include <algorithm>
#include <variant>

#include "sdk/relay/delivery_fixture.hpp"
#include "spool/control.hpp"
#include "spool/layout.hpp"

namespace relay_test {
namespace {

TEST_F(Delivery, what_the_server_does_not_keep_is_left_out_and_told_once) {
  using namespace tracker::spool;
  const auto log_all = [&] {
    spool.log(0, 3);
    for (int i = 0; i < 3; ++i) {
      spool.writer().append(Media{"k", "text", i, 0, "text/plain", "{}", "x"});
      spool.writer().append(Unknown{RecordKind{200}, "from the future"});
    }
    spool.log(3, 6);
    spool.finish();
  };
  log_all();
  FakeIngest older;
  EXPECT_EQ(deliver_all(older).outcome, Outcome::kDelivered);
  expect_rows(older.seen(), 6);
  std::size_t gaps = 0;
  for (const Record& record : older.seen().records) {
    EXPECT_LE(kind_of(record), kLastCommonKind);
    if (const auto* gap = std::get_if<Gap>(&record)) {
      ++gaps;
      EXPECT_NE(gap->reason.find("update the server"), std::string::npos);
    }
  }
  EXPECT_EQ(gaps, 1u);
}

TEST_F(Delivery, what_the_server_keeps_arrives) {
  using namespace tracker::spool;
  spool.writer().append(Media{"k", "text", 0, 0, "text/plain", "{}", "x"});
  spool.finish();
  FakeIngest ingest;
  ingest.record_kinds = {13, 14, 15, 4'000'000'000};
  EXPECT_EQ(deliver_all(ingest).outcome, Outcome::kDelivered);
  const auto records = ingest.seen().records;
  EXPECT_TRUE(std::any_of(records.begin(), records.end(), [](const Record& record) {
    return std::holds_alternative<Media>(record);
  }));
}

TEST_F(Delivery, the_servers_answer_to_resume_is_handed_to_the_program) {
  auto info = tracker::spool::read_info(spool.directory());
  info.resume = "must";
  tracker::spool::write_info(spool.directory(), info);
  spool.finish();
  FakeIngest ingest;
  ingest.resumed.emplace();
  ingest.resumed->set_existed(true);
  ingest.resumed->set_next_step(42);
  EXPECT_EQ(deliver_all(ingest).outcome, Outcome::kDelivered);
  EXPECT_EQ(ingest.seen().resume, tracker::v1::Hello::MUST);
  const auto resumed = tracker::spool::Control(spool.directory()).resumed();
  ASSERT_TRUE(resumed);
  EXPECT_TRUE(resumed->existed);
  EXPECT_EQ(resumed->next_step, 42);
}

TEST_F(Delivery, a_server_that_cannot_say_whether_the_run_is_there_is_not_used) {
  auto info = tracker::spool::read_info(spool.directory());
  info.resume = "never";
  tracker::spool::write_info(spool.directory(), info);
  spool.finish();
  FakeIngest older;
  const Report report = deliver_all(older);
  EXPECT_EQ(report.outcome, Outcome::kRefused);
  EXPECT_NE(report.message.find("update it"), std::string::npos) << report.message;
  EXPECT_TRUE(older.seen().records.empty());
}

}  // namespace
}  // namespace relay_test
