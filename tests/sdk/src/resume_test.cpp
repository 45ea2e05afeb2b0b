#include <limits>

#include "base/uuid.hpp"
#include "sdk/src/run_fixture.hpp"
#include "spool/control.hpp"
#include "spool/layout.hpp"

namespace tracker::test {
namespace {

namespace sp = tracker::spool;

constexpr const char* kId = "123e4567-e89b-42d3-a456-426614174000";

class ResumeTest : public RunTest {
 protected:
  RunSettings resuming(Resume resume, const std::string& id = kId) const {
    RunSettings s = settings();
    s.id = id;
    s.resume = resume;
    return s;
  }
  static Error failure(const RunSettings& s) {
    try {
      Run::start(s);
    } catch (const Error& error) {
      return error;
    }
    return {ErrorCode::kInternal, "it was started"};
  }
  std::size_t writers() const { return sp::list_writers(dir_.path()).size(); }
};

TEST_F(ResumeTest, OfflineGoesByTheSpoolsOfThisMachine) {
  EXPECT_EQ(failure(resuming(Resume::kMust)).code(), ErrorCode::kFailedPrecondition);
  EXPECT_EQ(writers(), 0u) << "what was not started leaves nothing to deliver";
  {
    Run run = Run::start(resuming(Resume::kNever));
    EXPECT_EQ(run.next_step(), 0);
    run.log({{"x", 1}}, 41);
    run.log({{"x", 1}}, 7);
  }
  EXPECT_EQ(failure(resuming(Resume::kNever)).code(), ErrorCode::kFailedPrecondition);
  EXPECT_EQ(writers(), 1u);
  EXPECT_EQ(Run::start(resuming(Resume::kNone)).next_step(), 0) << "one more writer, from 0";
  for (const Resume resume : {Resume::kAllow, Resume::kMust}) {
    Run run = Run::start(resuming(resume));
    EXPECT_EQ(run.next_step(), 42);
    EXPECT_EQ(run.id(), kId);
  }
}

TEST_F(ResumeTest, AutoGoesOnWithTheRunThatDidNotFinish) {
  RunSettings s = settings();
  s.resume = Resume::kAuto;
  std::string first;
  {
    Run run = Run::start(s);
    first = run.id();
    run.log({{"x", 1}}, 9);
    run.finish(RunState::kFailed, "boom");
  }
  {
    Run run = Run::start(s);
    EXPECT_EQ(run.id(), first);
    EXPECT_EQ(run.next_step(), 10);
  }  // finishes
  Run run = Run::start(s);
  EXPECT_NE(run.id(), first);
  s.project = "other";
  EXPECT_NE(Run::start(s).id(), run.id()) << "each project has its own";
  const TempDirectory elsewhere;
  s.project = "p";
  s.directory = elsewhere.path();
  EXPECT_NE(Run::start(s).id(), run.id()) << "and each directory";
}

TEST_F(ResumeTest, AForkAndARewindGoOnBehindTheirStep) {
  RunSettings s = settings();
  s.fork_from = RunStep{"123E4567-E89B-42D3-A456-426614174000", 41};
  {
    Run run = Run::start(s);
    EXPECT_EQ(run.next_step(), 42);
    const auto branch = read_log(run.directory()).all<sp::Branch>();
    ASSERT_EQ(branch.size(), 1u);
    EXPECT_EQ(branch[0].kind, sp::BranchKind::kFork);
    EXPECT_EQ(branch[0].run_id, kId);
    EXPECT_EQ(branch[0].step, 41);
  }
  s = settings();
  s.id = kId;
  s.rewind_to = -1;
  Run run = Run::start(s);
  EXPECT_EQ(run.next_step(), 0);
  const Log log = read_log(run.directory());
  EXPECT_TRUE(std::holds_alternative<sp::Branch>(log.entries.at(1).record)) << "before any row";
  EXPECT_EQ(log.all<sp::Branch>()[0].kind, sp::BranchKind::kRewind);
  run.finish();
  s.resume = Resume::kAllow;
  s.rewind_to = 3;
  EXPECT_EQ(Run::start(s).next_step(), 4) << "the step, wherever the run stood";
  s.rewind_to = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(Run::start(s).next_step(), *s.rewind_to) << "the last step there is stays the last";
}

TEST_F(ResumeTest, SettingsThatMakeNoSenseAreRefused) {
  const auto refused = [&](auto&& change) {
    RunSettings s = settings();
    change(s);
    const Error error = failure(s);
    EXPECT_EQ(error.code(), ErrorCode::kInvalidArgument) << error.what();
    return std::string(error.what());
  };
  EXPECT_NE(refused([](RunSettings& s) { s.resume = Resume::kMust; }).find("needs its id"),
            std::string::npos);
  EXPECT_NE(refused([](RunSettings& s) { s.rewind_to = 1; }).find("needs its id"),
            std::string::npos);
  EXPECT_NE(refused([](RunSettings& s) {
              s.fork_from = RunStep{"nonsense", 1};
            }).find("fork_from"),
            std::string::npos);
  refused([](RunSettings& s) {
    s.id = kId;
    s.fork_from = RunStep{kId, 1};
  });
  refused([](RunSettings& s) {
    s.id = kId;
    s.fork_from = RunStep{base::make_uuid(), 1};
    s.rewind_to = 1;
  });
}

// A script says what a relay would have heard from the server.
class ResumeOnlineTest : public ResumeTest {
 protected:
  RunSettings online(Resume resume, const std::string& relay_body) const {
    RunSettings s = resuming(resume);
    s.offline = false;
    s.server = "http://127.0.0.1:1";
    s.relay = relay_script(relay_body);
    s.resume_patience = std::chrono::milliseconds(300);
    return s;
  }
};

TEST_F(ResumeOnlineTest, WithoutAServerMustAndNeverAreNotStarted) {
  for (const Resume resume : {Resume::kMust, Resume::kNever}) {
    EXPECT_EQ(failure(online(resume, "sleep 2")).code(), ErrorCode::kUnavailable);
    EXPECT_EQ(writers(), 0u);
  }
  Run run = Run::start(online(Resume::kAllow, "exit 0"));
  EXPECT_EQ(run.next_step(), 0);
  run.finish(RunState::kFinished, {}, std::chrono::milliseconds(0));
}

TEST_F(ResumeOnlineTest, TheServersAnswerIsWhereItGoesOn) {
  // The answer's place in the file `control` is what spool::Control says: asked of it here.
  sp::Control control(dir_.path());
  control.set_resumed({true, 77});
  control.set_relay(sp::RelayState::kOnline, "");
  const std::string answer = (dir_ / "control").string();
  Run run = Run::start(
      online(Resume::kMust, "dd if=" + answer + " of=\"$2/control\" conv=notrunc 2>/dev/null"));
  EXPECT_EQ(run.next_step(), 77);
  run.finish(RunState::kFinished, {}, std::chrono::milliseconds(0));
}

TEST_F(ResumeOnlineTest, ARefusalIsAnErrorWithTheServersWords) {
  sp::Control control(dir_.path());
  control.set_relay(sp::RelayState::kRefused, "there is no such run: check the id");
  const std::string answer = (dir_ / "control").string();
  const Error error = failure(online(
      Resume::kMust, "dd if=" + answer + " of=\"$2/control\" conv=notrunc 2>/dev/null; sleep 1"));
  EXPECT_EQ(error.code(), ErrorCode::kFailedPrecondition);
  EXPECT_STREQ(error.what(), "there is no such run: check the id");
  EXPECT_EQ(writers(), 0u);
}

}  // namespace
}  // namespace tracker::test
