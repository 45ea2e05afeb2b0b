#pragma once

#include <random>
#include <set>
#include <string>

#include "core/ids.hpp"
#include "plain_runs.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {

// Runs in the database and the same ones in memory. Rows are written as SQL; attributes by the job
// that always writes them.
class RunTableTest : public StoreTest {
 protected:
  void SetUp() override;

  // The project that add() and queries are about; what was added before is forgotten in memory.
  void use_project(const std::string& name);
  // An empty running run, started a second after the one before.
  test::PlainRun make_run();
  void add(test::PlainRun run);
  // A run that is not in memory; its number.
  std::int32_t add_bare();
  // `count` runs of all kinds, and refresh().
  void fill(int count, unsigned seed);
  void refresh();

  core::ProjectId project;
  test::PlainRuns plain;

 private:
  std::int32_t insert(const test::PlainRun& run);
  std::string project_name_;
  std::int64_t next_start_us_ = kNow - 7'200'000'000;
};

}  // namespace tracker::storage
