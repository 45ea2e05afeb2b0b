#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "filter/parse.hpp"
#include "run_table_fixture.hpp"
#include "storage/deletion.hpp"
#include "storage/run_groups.hpp"

namespace tracker::storage {
namespace {

class RunGroupsTest : public RunTableTest {
 protected:
  RunSelection selection(std::string_view filter) const {
    return {project, filter::parse_filter(filter, plain.now_us), plain.now_us};
  }
};

TEST_F(RunGroupsTest, FacetsCountWhatAnEvaluationInMemoryCounts) {
  fill(150, 3);
  for (const char* text :
       {"", "lr < 1", "tag:a or loss.min is unset", "state:running and not config.opt = a"}) {
    const auto wanted = selection(text);
    const auto fields =
        filter::parse_fields("lr,config.mixed,tag,state,group,loss.min,nobody", "fields", 16);
    const auto facets = run_facets(*database, wanted, fields);
    std::int64_t taken = 0;
    std::vector<std::map<test::PlainValue, std::int64_t>> counts(fields.size());
    std::vector<std::int64_t> runs(fields.size());
    for (const auto& run : plain.runs) {
      if (!plain.holds(run, wanted.filter)) continue;
      ++taken;
      for (std::size_t i = 0; i < fields.size(); ++i) {
        std::vector<test::PlainValue> values;
        if (fields[i].source == filter::Source::kTag)
          values.assign(run.tags.begin(), run.tags.end());
        else if (const auto value = plain.value(run, fields[i]); value.index() != 0)
          values.push_back(value);
        if (!values.empty()) ++runs[i];
        for (const auto& value : values) ++counts[i][value];
      }
    }
    EXPECT_EQ(facets.runs, taken) << text;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      EXPECT_EQ(facets.fields[i].runs, runs[i]) << text << " " << fields[i].text;
      EXPECT_EQ(facets.fields[i].values.size(), counts[i].size()) << text << " " << fields[i].text;
      EXPECT_EQ(facets.fields[i].other, 0);
      for (const auto& value : facets.fields[i].values)
        EXPECT_EQ(value.runs, counts[i][value.value]);
    }
    EXPECT_EQ(facets.unknown_fields, std::vector<std::string>{"nobody"});
  }
}

TEST_F(RunGroupsTest, GroupsHaveMeanAndStandardDeviationAndOneForRunsWithoutTheKey) {
  const auto one = [&](const char* opt, double acc) {
    auto run = make_run();
    if (*opt != '\0') run.attributes[{1, "opt"}] = std::string(opt);
    run.attributes[{2, "acc"}] = acc;
    add(run);
  };
  one("adam", 1);
  one("adam", 2);
  one("adam", 6);
  one("adam", HUGE_VAL);
  one("sgd", 5);
  one("", 7);
  one("", 9);
  refresh();
  const auto groups =
      run_groups(*database, selection(""), filter::parse_fields("config.opt", "by", 4),
                 filter::parse_fields("acc", "metrics", 16));
  ASSERT_EQ(groups.groups.size(), 3u);
  const auto& adam = groups.groups[0];
  EXPECT_EQ(std::get<std::string>(adam.by[0]), "adam");
  EXPECT_EQ(adam.runs, 4);
  EXPECT_EQ(adam.metrics[0].n, 3);
  EXPECT_DOUBLE_EQ(*adam.metrics[0].mean, 3);
  EXPECT_DOUBLE_EQ(*adam.metrics[0].std, std::sqrt(7));
  EXPECT_EQ(adam.metrics[0].min, 1);
  EXPECT_EQ(adam.metrics[0].max, 6);
  EXPECT_EQ(groups.groups[1].by[0].index(), 0u);
  EXPECT_EQ(groups.groups[1].runs, 2);
  EXPECT_EQ(groups.groups[2].metrics[0].n, 1);
  EXPECT_FALSE(groups.groups[2].metrics[0].std);
  EXPECT_EQ(groups.more, More::kNo);
}

TEST_F(RunGroupsTest, BySeveralFieldsAndTags) {
  fill(80, 5);
  const auto groups = run_groups(*database, selection("not state:failed"),
                                 filter::parse_fields("state,tag,lr", "by", 4), {});
  std::map<std::vector<test::PlainValue>, std::int64_t> right;
  for (const auto& run : plain.runs) {
    if (run.state == "failed") continue;
    const auto lr = plain.value(run, filter::parse_fields("lr", "by", 1)[0]);
    if (run.tags.empty()) ++right[{run.state, {}, lr}];
    for (const auto& tag : run.tags) ++right[{run.state, tag, lr}];
  }
  std::map<std::vector<test::PlainValue>, std::int64_t> got;
  for (const auto& group : groups.groups) got[group.by] = group.runs;
  EXPECT_EQ(got, right);
}

TEST_F(RunGroupsTest, DeletedRunsAreInNoFacetAndNoGroup) {
  fill(60, 5);
  const auto fields = filter::parse_fields("lr,tag,state,group", "fields", 16);
  const auto by = filter::parse_fields("state", "by", 4);
  const auto metrics = filter::parse_fields("lr", "metrics", 16);
  const auto gone = plain.runs[7].id;
  for (const char* text : {"", "lr < 1 or lr is unset or not state:failed"}) {
    const auto wanted = selection(text);
    const auto runs_in_groups = [&] {
      std::int64_t runs = 0;
      for (const auto& group : run_groups(*database, wanted, by, metrics).groups)
        runs += group.runs;
      return runs;
    };
    const auto before = run_facets(*database, wanted, fields);
    ASSERT_TRUE(plain.holds(plain.runs[7], wanted.filter)) << text;
    EXPECT_EQ(runs_in_groups(), before.runs);
    delete_run(*database, gone, {kNow, 0});
    const auto after = run_facets(*database, wanted, fields);
    EXPECT_EQ(after.runs, before.runs - 1) << text;
    EXPECT_EQ(after.fields[2].runs, before.fields[2].runs - 1) << text << ": every run has a state";
    EXPECT_EQ(runs_in_groups(), before.runs - 1) << text;
    restore_run(*database, gone);
    EXPECT_EQ(run_facets(*database, wanted, fields).runs, before.runs) << text;
  }
}

}  // namespace
}  // namespace tracker::storage
