#include <gtest/gtest.h>

#include <random>
#include <set>

#include "filter/parse.hpp"
#include "plain_runs.hpp"
#include "run_table_fixture.hpp"
#include "storage/deletion.hpp"
#include "storage/run_query.hpp"

namespace tracker::storage {
namespace {

using test::PlainRun;
using test::PlainRuns;

constexpr RunQueryLimits kFewOnly{.few = 1'000'000, .walk = 0};
constexpr RunQueryLimits kWalkOnly{.few = 0, .walk = 40};
constexpr RunQueryLimits kScanOnly{.few = 0, .walk = 0};

class RunQueryTest : public RunTableTest {
 protected:
  RunQuery query(std::string_view filter, std::string_view sort, std::size_t limit) const {
    RunQuery out{.project = project,
                 .filter = filter::parse_filter(filter, plain.now_us),
                 .sort = filter::parse_sort(sort.empty() ? "-created" : sort),
                 .now_us = plain.now_us,
                 .limit = limit,
                 .after = {}};
    return out;
  }

  // All pages.
  std::vector<core::RunId> ask(RunQuery query, const RunQueryLimits& limits) {
    std::vector<core::RunId> out;
    for (;;) {
      auto found = query_runs(*database, query, limits);
      plans.insert(found.plan);
      out.insert(out.end(), found.runs.begin(), found.runs.end());
      if (!found.next) return out;
      EXPECT_EQ(found.runs.size(), query.limit);
      query.after = std::move(found.next);
    }
  }

  std::vector<core::RunId> ids(std::string_view filter, std::string_view sort = "") {
    return ask(query(filter, sort, 50), {});
  }

  std::set<QueryPlan> plans;
};

// Texts of the language, at random.
class Questions {
 public:
  explicit Questions(unsigned seed) : random_(seed) {}

  std::string filter(int depth = 3) {
    switch (pick(depth == 0 ? 1 : 6)) {
      case 1:
        return "(" + filter(depth - 1) + " and " + filter(depth - 1) + ")";
      case 2:
        return "(" + filter(depth - 1) + " or " + filter(depth - 1) + ")";
      case 3:
        return "not " + filter(depth - 1);
      case 4:
        return filter(depth - 1) + " and " + filter(depth - 1);
      default:
        return term();
    }
  }

  std::string sort() {
    std::string out;
    for (int keys = pick(3) + 1; keys > 0; --keys)
      out += std::string(out.empty() ? "" : ",") + (pick(2) ? "-" : "") +
             one({"lr", "config.opt", "summary.acc", "loss.min", "loss.mean", "created", "name",
                  "state", "duration", "group", "ended", "nobody.has", "config.mixed", "notes",
                  "job_type", "id"});
    return out;
  }

  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  std::string one(std::vector<std::string> list) {
    return list[static_cast<std::size_t>(pick(static_cast<int>(list.size())))];
  }

 private:
  std::string number() { return one({"0", "1", "2", "0.5", "-1", "3", "1e-3", "inf", "-inf"}); }
  std::string word() { return one({"a", "b", "ab", "ba", "x", "true", "\"1\"", "'ü'"}); }
  std::string pattern() {
    return one({"/^a/", "/b$/", "/a.*b/", "/[ab]/", "/^(a|x)/", "/A/i", "/^$/"});
  }
  std::string compare() { return one({"=", "!=", "<", "<=", ">", ">="}); }

  std::string term() {
    const auto numeric = one({"lr", "config.lr", "summary.acc", "loss.min", "loss.mean", "acc.best",
                              "loss.last", "depth"});
    const auto text =
        one({"config.opt", "config.mixed", "name", "group", "job_type", "notes", "tag"});
    switch (pick(10)) {
      case 0:
        return text + " " + one({"~", "!~"}) + " " + pattern();
      case 1:
        return text + " " + one({"in", "not in"}) + " [" + word() + ", " + word() + ", " +
               number() + "]";
      case 2:
        return one({numeric, text, "ended", "nobody.has"}) + " is " + one({"set", "unset"});
      case 3:
        return "state" + one({"=", "!=", ":"}) + one({"running", "finished", "crashed"});
      case 4:
        return one({"created", "ended"}) + one({"<", ">=", "="}) + one({"-1h", "-30m", "0s"});
      case 5:
        return "duration " + compare() + " " + one({"30m", "1h", "0"});
      case 6:
        return text + " " + compare() + " " + word();
      case 7:
        return numeric + " in [" + number() + "," + number() + "]";
      case 8:
        return "config.mixed " + compare() + " " + one({number(), word()});
      default:
        return numeric + " " + compare() + " " + number();
    }
  }

  std::mt19937 random_;
};

TEST_F(RunQueryTest, AnswersAreThoseOfAnEvaluationInMemory) {
  fill(150, 11);
  Questions questions(7);
  for (int i = 0; i < 400; ++i) {
    const auto filter = questions.pick(12) == 0 ? std::string() : questions.filter();
    const auto sort = questions.pick(8) == 0 ? std::string() : questions.sort();
    const auto wanted = query(filter, sort, static_cast<std::size_t>(questions.pick(60) + 1));
    const auto right = plain.answer(wanted.filter, wanted.sort);
    for (const auto& limits : {RunQueryLimits(), kFewOnly, kWalkOnly, kScanOnly})
      ASSERT_EQ(ask(wanted, limits), right) << "filter: " << filter << "\nsort: " << sort
                                            << "\nfew " << limits.few << " walk " << limits.walk;
  }
  EXPECT_EQ(plans.size(), 3u) << "some plan was never taken";
}

TEST_F(RunQueryTest, ManyEqualValuesDoNotConfuseAWalk) {
  for (int i = 0; i < 120; ++i) {
    PlainRun run = make_run();
    run.attributes[{1, "seed"}] = static_cast<double>(i / 40);
    run.attributes[{1, "lr"}] = static_cast<double>(i % 7);
    add(run);
  }
  refresh();
  for (const char* sort : {"seed,-lr", "-seed,lr", "seed", "-seed"}) {
    const auto wanted = query("", sort, 5);
    EXPECT_EQ(ask(wanted, kWalkOnly), plain.answer(wanted.filter, wanted.sort)) << sort;
  }
  EXPECT_TRUE(plans.contains(QueryPlan::kWalk));
}

TEST_F(RunQueryTest, PagesSurviveRunsThatComeAndGo) {
  for (int i = 0; i < 30; ++i) {
    PlainRun run = make_run();
    if (i % 10 != 9) run.attributes[{1, "lr"}] = static_cast<double>(i / 3);
    add(run);
  }
  refresh();
  auto wanted = query("", "lr", 4);
  const auto right = plain.answer(wanted.filter, wanted.sort);
  std::vector<core::RunId> seen;
  for (int page = 0;; ++page) {
    auto found = query_runs(*database, wanted, page % 2 == 0 ? RunQueryLimits() : kScanOnly);
    seen.insert(seen.end(), found.runs.begin(), found.runs.end());
    // One comes before the cursor, and the cursor's own run goes.
    database->pg()->command(
        "INSERT INTO run_attribute (key_id, run_no, num) SELECT k.id, r.no, -5 FROM attribute_key "
        "k, run r "
        "WHERE k.name = 'lr' AND r.no = " +
        std::to_string(add_bare()));
    if (!found.next) break;
    if (page == 1)
      database->pg()->command("DELETE FROM run WHERE no = " + std::to_string(found.next->no));
    wanted.after = std::move(found.next);
  }
  EXPECT_EQ(seen, right);
}

TEST_F(RunQueryTest, UnknownFieldsAreMissingAndNamed) {
  add(make_run());
  refresh();
  const auto found = query_runs(*database, query("not config.lrr > 3", "-nothing", 10));
  EXPECT_EQ(found.runs.size(), 1u);
  EXPECT_EQ(found.unknown_fields, (std::vector<std::string>{"config.lrr", "nothing"}));
}

TEST_F(RunQueryTest, OtherProjectsAreNeverSeen) {
  PlainRun run = make_run();
  run.tags = {"t"};
  run.name = "same";
  run.attributes[{1, "lr"}] = 1.0;
  add(run);
  use_project("other");
  run.id = core::RunId::random();
  add(run);
  refresh();
  for (const char* filter : {"", "lr=1", "tag:t", "name:same", "state:running", "not lr=2"}) {
    EXPECT_EQ(ids(filter), std::vector<core::RunId>{run.id}) << filter;
    EXPECT_EQ(ask(query(filter, "lr", 10), kScanOnly), std::vector<core::RunId>{run.id}) << filter;
  }
}

TEST_F(RunQueryTest, DeletedRunsAreInNoListWhateverThePlan) {
  fill(150, 17);
  auto all = plain.runs;
  std::set<core::RunId> deleted;
  for (std::size_t i = 0; i < all.size(); i += 4) {
    delete_run(*database, all[i].id, {kNow, 0});
    deleted.insert(all[i].id);
  }
  std::erase_if(plain.runs, [&](const PlainRun& run) { return deleted.contains(run.id); });
  const auto agree = [&] {
    for (const char* filter : {"", "lr < 1", "tag:a", "not lr > 1", "name ~ /a/ or loss.min is set",
                               "lr < 2 and tag:a and state:finished and created > -30d"})
      for (const char* sort : {"-created", "lr", "-loss.min,lr", "name"})
        for (const auto& limits : {RunQueryLimits(), kFewOnly, kWalkOnly, kScanOnly}) {
          const auto wanted = query(filter, sort, 7);
          ASSERT_EQ(ask(wanted, limits), plain.answer(wanted.filter, wanted.sort))
              << "filter: " << filter << "\nsort: " << sort << "\nfew " << limits.few << " walk "
              << limits.walk;
        }
  };
  agree();
  EXPECT_EQ(plans.size(), 3u) << "some plan was never taken";
  for (const auto& run : deleted) restore_run(*database, run);
  plain.runs = std::move(all);
  agree();
}

TEST_F(RunQueryTest, PatternsAreCheckedAndValuesAreNeverSql) {
  EXPECT_TRUE(is_pattern(*database, "^a+$"));
  EXPECT_FALSE(is_pattern(*database, "("));
  EXPECT_FALSE(is_pattern(*database, "a{2,1}"));
  PlainRun run = make_run();
  run.name = "'; DROP TABLE run; --";
  run.attributes[{1, "k\"{},\\"}] = std::string("$1::text \\ {\"}");
  add(run);
  refresh();
  EXPECT_EQ(ids("name = \"'; DROP TABLE run; --\"").size(), 1u);
  EXPECT_EQ(ids("config.`k\"{},\\` in [\"$1::text \\\\ {\\\"}\", x]").size(), 1u);
  EXPECT_EQ(ids("name in [\"'; DROP TABLE run; --\", \"\\\"\"]").size(), 1u);
}

TEST_F(RunQueryTest, ASlowPatternIsGivenUp) {
  for (int i = 0; i < 100; ++i) {
    PlainRun run = make_run();
    run.notes = std::string(60'000, 'a');
    add(run);
  }
  refresh();
  const RunQueryLimits hurried{.few = 2'000, .walk = 2'000, .timeout_ms = 2};
  try {
    query_runs(*database,
               query("notes ~ /(a|b|ab)*c(a|b|ab)*d$/ or notes ~ /(a*)*(b*)*x$/", "", 10), hurried);
    FAIL() << "was not given up";
  } catch (const Error& error) {
    EXPECT_EQ(error.detail(), "57014") << error.what();
  }
}

}  // namespace
}  // namespace tracker::storage
