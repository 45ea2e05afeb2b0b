// Several processes that write one run.
#include <cstdlib>

#include "sdk/src/run_fixture.hpp"

namespace tracker::test {
namespace {

namespace sp = tracker::spool;

constexpr const char* kGroupId = "123e4567-e89b-42d3-a456-426614174000";

class RanksTest : public RunTest {
 protected:
  ~RanksTest() override {
    ::unsetenv("TRACKER_RUN_ID");
    ::unsetenv("RANK");
  }
  static sp::RunStart start_of(const Run& run) {
    sp::Reader reader(run.directory(), sp::Offset{0});
    return std::get<sp::RunStart>(std::get<sp::Entry>(reader.next()).record);
  }
};

TEST_F(RanksTest, WritersOfOneIdShareTheRunAndItsNameAndNothingElse) {
  RunSettings s = settings();
  s.id = kGroupId;
  s.rank = 0;
  Run first = Run::start(s);
  s.rank = 1;
  Run second = Run::start(s);
  EXPECT_EQ(first.id(), kGroupId);
  EXPECT_EQ(second.id(), kGroupId);
  EXPECT_EQ(first.name(), second.name());
  EXPECT_NE(first.directory(), second.directory());
  EXPECT_EQ(first.directory().parent_path(), second.directory().parent_path());
  EXPECT_EQ(start_of(second).parent_writer_id, "");  // no child: its end counts
}

TEST_F(RanksTest, IdAndRankComeFromTheEnvironment) {
  ::setenv("TRACKER_RUN_ID", "123E4567-E89B-42D3-A456-426614174000", 1);
  ::setenv("RANK", "3", 1);
  Run run = Run::start(settings());
  EXPECT_EQ(run.id(), kGroupId);
  EXPECT_EQ(start_of(run).environment_json.rfind(R"({"ranks":{"3":{)", 0), 0u)
      << start_of(run).environment_json;
}

TEST_F(RanksTest, RankAloneIsNoReasonToShareARun) {
  ::setenv("RANK", "3", 1);
  Run run = Run::start(settings());
  EXPECT_EQ(start_of(run).environment_json.find("ranks"), std::string::npos);
}

TEST_F(RanksTest, IdThatIsNoUuidIsToldAtTheStart) {
  for (const char* id :
       {"mine", "../../../etc/passwd-and-36-characters", "123e4567-e89b-42d3-a456-42661417400g"}) {
    RunSettings s = settings();
    s.id = id;
    try {
      Run::start(s);
      ADD_FAILURE() << id << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument);
      EXPECT_NE(std::string(error.what()).find("UUID"), std::string::npos) << error.what();
    }
  }
}

TEST_F(RanksTest, SystemMetricsOfFurtherRanksHaveNamesOfTheirOwn) {
  RunSettings s = settings();
  s.id = kGroupId;
  s.rank = 2;
  s.system_interval = std::chrono::milliseconds(1);
  Run run = Run::start(s);
  bool named = false;
  sp::Reader reader(run.directory(), sp::Offset{0});
  while (!named) {
    const auto next = reader.next();
    const auto* entry = std::get_if<sp::Entry>(&next);
    if (entry == nullptr) {
      std::this_thread::yield();
      continue;
    }
    const auto* key = std::get_if<sp::Key>(&entry->record);
    if (key == nullptr) continue;
    EXPECT_EQ(key->name.rfind("rank2/system/", 0), 0u) << key->name;
    named = true;
  }
}

}  // namespace
}  // namespace tracker::test
