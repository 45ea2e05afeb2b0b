#include <map>
#include <set>

#include "storage/alerts.hpp"
#include "storage/deletion.hpp"
#include "storage/media.hpp"
#include "storage/purge.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {
namespace {

spool::Media media_of(const std::string& key, std::int64_t step, std::string content,
                      const std::string& content_type = "image/png") {
  return {key, "image", step, kNow, content_type, R"({"caption":"c"})", std::move(content)};
}

class MediaTest : public StoreTest {
 protected:
  TestWriter log(std::vector<spool::Record> records, core::RunId run = core::RunId::random()) {
    TestWriter writer = make_writer(*database, run);
    spool::Frame frame;
    frame.records = std::move(records);
    log_frame(*database, writer, frame);
    return writer;
  }
  std::int64_t contents() {
    return database->pg()->run("SELECT count(*) FROM media_blob").bigint(0, 0);
  }
};

TEST_F(MediaTest, ComesBackByKeyTypeAndStepInLogOrder) {
  const std::string bytes("\x89PNG\0\xFF", 6);
  const auto writer = log({media_of("b", 2, bytes), media_of("a", 5, "x"), media_of("a", 1, "y"),
                           media_of("a", 5, "z")});
  const auto all = list_media(*database, writer.run, {});
  ASSERT_EQ(all.size(), 4u);
  EXPECT_EQ(all[0].step, 1);
  EXPECT_EQ(all[1].key, "a");
  EXPECT_LT(all[1].id, all[2].id);
  EXPECT_EQ(all[3].description_json, R"({"caption": "c"})");
  EXPECT_EQ(all[3].bytes, 6);
  EXPECT_EQ(find_media(*database, writer.run, all[3].sha256)->content, bytes);
  EXPECT_EQ(list_media(*database, writer.run, {.key = "a", .from = 2}).size(), 2u);
  EXPECT_EQ(list_media(*database, writer.run, {.type = "table"}).size(), 0u);
  MediaRange page{.limit = 3};
  page.after = MediaRange::Place{all[1].key, all[1].step, all[1].id};
  EXPECT_EQ(list_media(*database, writer.run, page).size(), 2u);
}

TEST_F(MediaTest, KeysOfSeveralRunsSayHowManyAndOverWhichSteps) {
  const auto one = log({media_of("a", 7, "x"), media_of("a", -2, "y"), media_of("b", 1, "z")});
  const auto two = log({media_of("a", 3, "x")});
  const std::vector<core::RunId> runs = {one.run, two.run, core::RunId()};
  const auto keys = list_media_keys(*database, runs, 10);
  ASSERT_EQ(keys.size(), 3u);
  const auto& first = keys[0].run == one.run ? keys[0] : keys[1];
  EXPECT_EQ(first.key, "a");
  EXPECT_EQ(std::tuple(first.count, first.first_step, first.last_step), std::tuple(2, -2, 7));
  EXPECT_EQ(list_media_keys(*database, runs, 1).size(), 1u);
  EXPECT_TRUE(list_media_keys(*database, {}, 10).empty());
}

TEST_F(MediaTest, ContentsOfTextsAndJsonComeAlongUpToALimit) {
  const auto writer =
      log({media_of("a", 0, std::string(600, 'x'), "text/plain"), media_of("a", 1, "PNG"),
           media_of("a", 2, std::string(300, 'y'), "application/json"),
           media_of("a", 3, std::string(300, 'z'), "text/plain")});
  const auto rows = list_media(*database, writer.run, {.content_bytes = 1'000});
  EXPECT_TRUE(rows[0].content);
  EXPECT_FALSE(rows[1].content) << "no bytes of pictures";
  EXPECT_TRUE(rows[2].content);
  EXPECT_FALSE(rows[3].content) << "1,200 bytes are more than were asked for";
  EXPECT_FALSE(list_media(*database, writer.run, {})[0].content);
}

TEST_F(MediaTest, EqualContentsAreStoredOnceAndSeenByTheirRunsOnly) {
  const auto one = log({media_of("a", 0, "same"), media_of("a", 1, "same")});
  const auto two = log({media_of("b", 0, "same")});
  const auto stranger = log({media_of("b", 0, "other")});
  EXPECT_EQ(contents(), 2);
  const auto hash = list_media(*database, two.run, {})[0].sha256;
  EXPECT_TRUE(find_media(*database, one.run, hash));
  EXPECT_FALSE(find_media(*database, stranger.run, hash)) << "of another run";
  for (const char* nonsense : {"", "zz", "../../etc/passwd"})
    EXPECT_FALSE(find_media(*database, one.run, nonsense));
  EXPECT_FALSE(find_media(*database, one.run, std::string(64, 'g')));
}

TEST_F(MediaTest, ContentsGoWithTheLastRunThatHasThem) {
  const auto one = log({media_of("a", 0, "same")});
  const auto two = log({media_of("a", 0, "same"), media_of("a", 1, "own")});
  const auto purge = [&](core::RunId run) {
    delete_run(*database, run, {kNow, 0});
    while (!purge_step(*database->pg(), run, kNow + 1).done) {
    }
  };
  EXPECT_EQ(drop_unused_media(*database->pg(), 100), 0u);
  purge(two.run);
  EXPECT_EQ(drop_unused_media(*database->pg(), 100), 1u);
  EXPECT_TRUE(find_media(*database, one.run, list_media(*database, one.run, {})[0].sha256));
  purge(one.run);
  EXPECT_EQ(drop_unused_media(*database->pg(), 100), 1u);
  EXPECT_EQ(contents(), 0);
}

TEST_F(MediaTest, ARewindTakesMediaBackAsWell) {
  const auto writer = log({media_of("a", 1, "x"), media_of("a", 5, "y")});
  log({spool::Branch{spool::BranchKind::kRewind, writer.run.text(), 3, kNow},
       media_of("a", 4, "z")},
      writer.run);
  std::set<std::int64_t> steps;
  for (const auto& row : list_media(*database, writer.run, {})) steps.insert(row.step);
  EXPECT_EQ(steps, (std::set<std::int64_t>{1, 4}));
}

TEST_F(MediaTest, ContentsThatARewindTookBackAreNotFound) {
  const auto writer = log({media_of("a", 1, "stays"), media_of("a", 5, "goes"),
                           media_of("a", 2, "both"), media_of("a", 6, "both")});
  std::map<std::int64_t, std::string> hashes;
  for (const auto& row : list_media(*database, writer.run, {})) hashes[row.step] = row.sha256;
  log({spool::Branch{spool::BranchKind::kRewind, writer.run.text(), 3, kNow}}, writer.run);
  EXPECT_TRUE(find_media(*database, writer.run, hashes[1]));
  EXPECT_FALSE(find_media(*database, writer.run, hashes[5]));
  EXPECT_TRUE(find_media(*database, writer.run, hashes[6])) << "another row of it is still there";
}

TEST_F(MediaTest, ADescriptionThatIsNoObjectCostsOnlyItself) {
  spool::Media media = media_of("a", 0, "x");
  media.description_json = "[1]";
  const auto writer = log({media});
  EXPECT_EQ(list_media(*database, writer.run, {})[0].description_json, "{}");
}

class AlertsTest : public MediaTest {
 protected:
  spool::Alert alert(const std::string& title, std::int64_t seconds, std::uint32_t quiet = 60) {
    return {kNow + seconds * 1'000'000, spool::AlertLevel::kError, quiet, title, "text"};
  }
};

TEST_F(AlertsTest, OneOfATitleIsToldWithinItsQuietTime) {
  const auto writer =
      log({alert("nan", 0), alert("nan", 59), alert("other", 59), alert("nan", 61)});
  log({alert("nan", 1)});  // of another run
  std::vector<AlertState> states;
  for (const Alert& one : list_alerts(*database, writer.run, 10)) states.push_back(one.state);
  EXPECT_EQ(states, (std::vector{AlertState::kDue, AlertState::kDue, AlertState::kQuiet,
                                 AlertState::kDue}));
  EXPECT_EQ(take_due_alerts(*database->pg(), kNow, 1'000, 10).size(), 4u);
}

TEST_F(AlertsTest, TheOneThatTakesItHasItForAWhile) {
  const auto writer = log({alert("nan", 0)});
  const auto taken = take_due_alerts(*database->pg(), kNow, 1'000, 10);
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_EQ(taken[0].project, "imdb");
  EXPECT_EQ(taken[0].attempts, 1);
  EXPECT_TRUE(take_due_alerts(*database->pg(), kNow + 999, 1'000, 10).empty());
  EXPECT_EQ(take_due_alerts(*database->pg(), kNow + 1'000, 1'000, 10).size(), 1u)
      << "whoever had it may have been killed";
  settle_alert(*database->pg(), {taken[0].id, AlertState::kFailed, 0, "no such host"});
  EXPECT_TRUE(take_due_alerts(*database->pg(), kNow + 9'000, 1'000, 10).empty());
  EXPECT_EQ(list_alerts(*database, writer.run, 10)[0].outcome, "no such host");
}

}  // namespace
}  // namespace tracker::storage
