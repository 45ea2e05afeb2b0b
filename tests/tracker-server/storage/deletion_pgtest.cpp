#include <atomic>
#include <functional>
#include <thread>

#include "bomb.hpp"
#include "core/time.hpp"
#include "storage/deletion.hpp"
#include "storage/frame_ring.hpp"
#include "storage/purge.hpp"
#include "storage/runs.hpp"

namespace tracker::storage {
namespace {

constexpr std::int64_t kGrace = 7 * 24 * 3600 * core::kSecondUs;

class Deletion : public StoreTest {
 protected:
  static ErrorCode code_of_failure(const std::function<void()>& what) {
    try {
      what();
    } catch (const Error& error) {
      return error.code();
    }
    ADD_FAILURE() << "did not fail";
    return ErrorCode::kInternal;
  }
  ErrorCode hello_fails(core::RunId run, const std::string& project = "imdb") {
    return code_of_failure([&] {
      register_writer(*database, {run, core::WriterId::random(), project, kNow});
    });
  }
  void purge(core::RunId run, std::int64_t now_us, std::size_t batch = 1'000) {
    const Database::PgLease connection = database->pg();
    Purged step;
    while (!step.done && !step.busy) step = purge_step(*connection, run, now_us, batch);
    ASSERT_TRUE(step.done);
  }
};

TEST_F(Deletion, ADeletedRunIsInNoListAndNoRead) {
  const TestWriter gone = log_full_run(*database), stays = log_full_run(*database);
  const auto deleted = delete_run(*database, gone.run, {kNow, kGrace});
  EXPECT_EQ(deleted.project, "imdb");
  EXPECT_EQ(deleted.purge_us, kNow + kGrace);
  const auto project = find_project(*database, "imdb");
  EXPECT_EQ(project->run_count, 1);
  const auto runs = list_runs(*database, project->id, {});
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].id, stays.run);
  EXPECT_FALSE(find_run(*database, gone.run));
  EXPECT_EQ(find_runs_by_name(*database, "imdb", "full").size(), 1u);
  EXPECT_EQ(code_of_failure([&] { RunSnapshot(*database, gone.run); }), ErrorCode::kNotFound);
  const auto listed = list_deleted_runs(*database, "imdb");
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].id, gone.run);
  EXPECT_EQ(code_of_failure([&] {
              delete_run(*database, core::RunId::random(), {kNow, 0});
            }),
            ErrorCode::kNotFound);
}

TEST_F(Deletion, ItsStreamIsGoneAndItsHelloRefused) {
  TestWriter writer = log_full_run(*database);
  delete_run(*database, writer.run, {kNow, kGrace});
  spool::Frame frame;
  frame.groups.push_back(numbered_rows({"loss"}, 0, 1));
  EXPECT_EQ(commit_one(*database, make_chain(writer, frame)).state, CommitState::kUnknown);
  EXPECT_EQ(commit_one(*database, make_chain(writer, records_frame())).state,
            CommitState::kUnknown);
  EXPECT_EQ(standing_of(*database->pg(), make_chain(writer, frame)).epoch, 0u);
  EXPECT_EQ(hello_fails(writer.run), ErrorCode::kNotFound);
}

TEST_F(Deletion, RestoringBringsBackEverythingAndTheOpenStreamGoesOn) {
  TestWriter writer = log_full_run(*database);
  const auto before = points_of(*database, writer.run, "loss");
  const auto version = find_run(*database, writer.run)->version;
  delete_run(*database, writer.run, {kNow, kGrace});
  delete_run(*database, writer.run, {kNow + 1, kGrace});  // again: nothing new
  restore_run(*database, writer.run);
  EXPECT_EQ(points_of(*database, writer.run, "loss").values.size(), before.values.size());
  EXPECT_GT(find_run(*database, writer.run)->version, version);
  log_rows(*database, writer, numbered_rows({"loss"}, 0, 1));
  EXPECT_EQ(code_of_failure([&] { restore_run(*database, writer.run); }), ErrorCode::kNotFound);
}

TEST_F(Deletion, DataStayUntilTheGracePeriodIsOver) {
  const TestWriter writer = log_full_run(*database);
  delete_run(*database, writer.run, {kNow, kGrace});
  EXPECT_TRUE(runs_to_purge(*database->pg(), kNow + kGrace - 1).empty());
  const std::int64_t rows = rows_of(*database, writer.run);
  EXPECT_TRUE(purge_step(*database->pg(), writer.run, kNow + kGrace - 1).done);
  EXPECT_EQ(rows_of(*database, writer.run), rows);
  EXPECT_EQ(runs_to_purge(*database->pg(), kNow + kGrace), std::vector{writer.run});
}

TEST_F(Deletion, NothingIsLeftButATombstoneThatRefusesHellosForEver) {
  const TestWriter gone = log_full_run(*database), stays = log_full_run(*database);
  const std::int64_t rows = rows_of(*database, stays.run);
  const auto points = points_of(*database, stays.run, "loss").size();
  delete_run(*database, gone.run, {kNow, 0});
  purge(gone.run, kNow, 7);
  EXPECT_EQ(rows_of(*database, gone.run), 0);
  EXPECT_EQ(rows_of(*database, stays.run), rows);
  EXPECT_EQ(points_of(*database, stays.run, "loss").size(), points);
  EXPECT_EQ(hello_fails(gone.run), ErrorCode::kNotFound);
  EXPECT_EQ(hello_fails(gone.run, "another"), ErrorCode::kNotFound);
  EXPECT_FALSE(find_project(*database, "another"));
  EXPECT_EQ(code_of_failure([&] { restore_run(*database, gone.run); }), ErrorCode::kNotFound);
  // Its frames hold up nothing: the slot is truncated once another one takes the inserts.
  compact_all(*database, stays.run);
  maintain_frame_ring(*database, kNow, {.slot_bytes = 1, .slot_age_us = 0});
  EXPECT_EQ(maintain_frame_ring(*database, kNow, {.slot_bytes = 1, .slot_age_us = 0}).truncated, 1);
}

TEST_F(Deletion, ARunWhoseDataBeganToGoIsNotBroughtBack) {
  const TestWriter writer = log_full_run(*database);
  delete_run(*database, writer.run, {kNow, 0});
  purge_step(*database->pg(), writer.run, kNow);
  EXPECT_EQ(code_of_failure([&] { restore_run(*database, writer.run); }),
            ErrorCode::kFailedPrecondition);
  EXPECT_TRUE(list_deleted_runs(*database, "imdb").empty());
}

TEST_F(Deletion, ACompactorAtWorkIsNotDisturbed) {
  const TestWriter writer = log_full_run(*database);
  delete_run(*database, writer.run, {kNow, 0});
  const Database::PgLease other = database->pg();
  PgTransaction compactor(*other);
  other->run("SELECT 1 FROM compaction WHERE run_id = $1 FOR UPDATE",
             PgParams().uuid(writer.run.uuid().bytes));
  EXPECT_TRUE(purge_step(*database->pg(), writer.run, kNow).busy);
}

TEST_F(Deletion, KilledAtAnyStatementTheNextPurgeEndsTheSame) {
  kill_at_every_statement(
      *database,
      [&] {
        const TestWriter writer = log_full_run(*database);
        delete_run(*database, writer.run, {kNow, 0});
        return writer.run;
      },
      [&](core::RunId run) { purge(run, kNow, 20); },
      [&](core::RunId run) {
        EXPECT_EQ(rows_of(*database, run), 0);
        EXPECT_EQ(hello_fails(run), ErrorCode::kNotFound);
      });
}

TEST_F(Deletion, KilledAtAnyStatementADeletionHappenedOrNot) {
  kill_at_every_statement(
      *database,
      [&] {
        const std::string project = "p" + core::RunId::random().text();
        make_writer(*database, core::RunId::random(), project);
        make_writer(*database, core::RunId::random(), project);
        return project;
      },
      [&](const std::string& project) {
        if (find_project(*database, project)) delete_project(*database, project, {kNow, kGrace});
      },
      [&](const std::string& project) {
        EXPECT_FALSE(find_project(*database, project));
        EXPECT_EQ(list_deleted_runs(*database, project).size(), 2u);
      });
}

TEST_F(Deletion, PurgersOfTwoServersShareTheWork) {
  std::vector<core::RunId> runs;
  for (int i = 0; i < 4; ++i) {
    runs.push_back(log_full_run(*database).run);
    delete_run(*database, runs.back(), {kNow, 0});
  }
  {
    std::vector<std::jthread> servers;
    for (int i = 0; i < 3; ++i)
      servers.emplace_back([&] {
        for (;;) {
          const auto due = runs_to_purge(*database->pg(), kNow);
          if (due.empty()) return;
          for (const core::RunId& run : due) purge_step(*database->pg(), run, kNow, 50);
        }
      });
  }
  for (const core::RunId& run : runs) EXPECT_EQ(rows_of(*database, run), 0);
}

TEST_F(Deletion, CommitsHellosAndDeletionsOfOneRunEndInOneOfTheirOrders) {
  TestWriter writer = make_writer(*database);
  std::atomic<bool> stop{false};
  std::jthread committer([&] {
    while (!stop) {
      const auto result = commit_one(*database, make_chain(writer, records_frame()));
      if (result.state == CommitState::kCommitted) writer.offset = result.acked;
    }
  });
  std::jthread greeter([&] {
    while (!stop) {
      try {
        register_writer(*database, {writer.run, core::WriterId::random(), "imdb", kNow});
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kNotFound) << error.what();
      }
    }
  });
  for (int i = 0; i < 50; ++i) {
    delete_run(*database, writer.run, {kNow, kGrace});
    EXPECT_EQ(hello_fails(writer.run), ErrorCode::kNotFound);
    restore_run(*database, writer.run);
  }
  stop = true;
}

TEST_F(Deletion, AProjectGoesWithItsRunsAndComesBackWithThem) {
  const TestWriter first = make_writer(*database), second = make_writer(*database);
  const TestWriter other = make_writer(*database, core::RunId::random(), "mnist");
  delete_run(*database, first.run, {kNow, kGrace});
  EXPECT_EQ(delete_project(*database, "imdb", {kNow + 5, kGrace}), 1u);
  EXPECT_FALSE(find_project(*database, "imdb"));
  EXPECT_EQ(list_projects(*database).size(), 1u);
  EXPECT_FALSE(find_run(*database, second.run));
  EXPECT_TRUE(find_run(*database, other.run));
  EXPECT_EQ(restore_project(*database, "imdb"), 1u);
  EXPECT_TRUE(find_run(*database, second.run));
  EXPECT_FALSE(find_run(*database, first.run));  // it went before
  EXPECT_EQ(code_of_failure([&] { restore_project(*database, "imdb"); }), ErrorCode::kNotFound);
}

TEST_F(Deletion, ANewRunBringsADeletedProjectBackWithoutItsOldRuns) {
  const TestWriter old = make_writer(*database);
  delete_project(*database, "imdb", {kNow, kGrace});
  const TestWriter fresh = make_writer(*database);
  EXPECT_EQ(find_project(*database, "imdb")->run_count, 1);
  EXPECT_FALSE(find_run(*database, old.run));
  restore_run(*database, old.run);
  EXPECT_EQ(find_project(*database, "imdb")->run_count, 2);
}

TEST_F(Deletion, ADeletedProjectIsRemovedWithItsLastRun) {
  const TestWriter writer = log_full_run(*database);
  delete_project(*database, "imdb", {kNow, 0});
  EXPECT_EQ(purge_projects(*database->pg()), 0u);
  purge(writer.run, kNow);
  EXPECT_EQ(purge_projects(*database->pg()), 1u);
  EXPECT_EQ(ask_number(*database, "SELECT count(*) FROM metric_key"), 0);
  EXPECT_EQ(ask_number(*database, "SELECT count(*) FROM project"), 0);
  vacuum_chunks(*database);
}

}  // namespace
}  // namespace tracker::storage
