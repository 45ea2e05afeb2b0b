#include "storage/log_chunks.hpp"
#include "storage/logs.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {
namespace {

using Logs = StoreTest;

void log_lines(Database& database, TestWriter& writer,
               const std::vector<std::pair<std::uint64_t, std::string>>& lines) {
  spool::Frame frame;
  for (const auto& [line, text] : lines)
    frame.records.push_back(spool::Console{spool::ConsoleStream::kStdout, line,
                                           kNow + static_cast<std::int64_t>(line), text});
  log_frame(database, writer, frame);
}

TEST_F(Logs, ALineWrittenAgainReplacesTheEarlierOne) {
  TestWriter writer = make_writer(*database);
  log_lines(*database, writer, {{0, "start"}, {1, "10%"}, {1, "20%"}});
  log_lines(*database, writer, {{1, "100%"}, {2, "\x1b[1mdone\x1b[0m"}});
  const LogPage page = read_logs(*database, writer.run, {});
  ASSERT_EQ(page.lines.size(), 3u);
  EXPECT_EQ(page.lines[1].text, "100%");
  EXPECT_EQ(page.lines[2].text, "\x1b[1mdone\x1b[0m");
  EXPECT_EQ(page.lines[2].time_us, kNow + 2);
  EXPECT_EQ(page.total, 3u);
}

TEST_F(Logs, PagesAreCutWhereAsked) {
  TestWriter writer = make_writer(*database);
  for (std::uint64_t batch = 0; batch < 10; ++batch) {
    std::vector<std::pair<std::uint64_t, std::string>> lines;
    for (std::uint64_t i = batch * 10; i < batch * 10 + 10; ++i)
      lines.emplace_back(i, "line " + std::to_string(i));
    log_lines(*database, writer, lines);
  }
  const LogPage page = read_logs(*database, writer.run, {.from = 35, .limit = 10});
  ASSERT_EQ(page.lines.size(), 10u);
  EXPECT_EQ(page.lines.front().text, "line 35");
  EXPECT_EQ(page.lines.back().text, "line 44");
  EXPECT_EQ(page.total, 100u);
  EXPECT_TRUE(
      read_logs(*database, writer.run, {.stream = spool::ConsoleStream::kStderr}).lines.empty());
  EXPECT_EQ(read_logs(*database, writer.run, {.from = 500}).total, 100u);
}

TEST_F(Logs, MergingChangesNothingThatIsRead) {
  TestWriter writer = make_writer(*database);
  for (std::uint64_t batch = 0; batch < 50; ++batch) {
    std::vector<std::pair<std::uint64_t, std::string>> lines;
    for (std::uint64_t i = batch * 3; i < batch * 3 + 5; ++i)
      lines.emplace_back(i, std::to_string(batch) + ":" + std::to_string(i));
    log_lines(*database, writer, lines);
  }
  const LogPage before = read_logs(*database, writer.run, {});
  EXPECT_EQ(merge_log_chunks(*database->pg(), writer.run), 49u);
  const LogPage after = read_logs(*database, writer.run, {});
  ASSERT_EQ(after.lines.size(), before.lines.size());
  for (std::size_t i = 0; i < after.lines.size(); ++i)
    EXPECT_EQ(after.lines[i].text, before.lines[i].text);
  log_lines(*database, writer, {{0, "again"}});
  EXPECT_EQ(read_logs(*database, writer.run, {}).lines[0].text, "again");
}

TEST_F(Logs, MergingReadsOnlyWhatItJoins) {
  TestWriter writer = make_writer(*database);
  std::vector<std::pair<std::uint64_t, std::string>> many;
  for (std::uint64_t i = 0; i < 4'000; ++i) many.emplace_back(i, "a line");
  log_lines(*database, writer, many);
  for (std::uint64_t batch = 0; batch < 20; ++batch) {
    std::vector<std::pair<std::uint64_t, std::string>> lines;
    for (std::uint64_t i = 0; i < 100; ++i) lines.emplace_back(4'000 + batch * 100 + i, "more");
    log_lines(*database, writer, lines);
  }
  // The first chunk has no room for its neighbour: had it been read, this would be noticed.
  database->pg()->command("UPDATE log_chunk SET payload = 'damaged' WHERE line_lo = 0");
  EXPECT_EQ(merge_log_chunks(*database->pg(), writer.run), 19u);
  EXPECT_EQ(read_logs(*database, writer.run, {.from = 4'000, .limit = 10'000}).lines.size(),
            2'000u);
  EXPECT_EQ(merge_log_chunks(*database->pg(), writer.run), 0u);
}

}  // namespace
}  // namespace tracker::storage
