#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/series.hpp"
#include "storage/pg.hpp"
#include "storage/verify_group.hpp"

namespace tracker::storage {

// Works out the statistics of each key from its points in log order and compares them with the
// rows of `series`. A key of one group is folded as its chunks come; one of several groups is read
// again at the end, a chunk of each at a time.
class SeriesCheck final : public ChunkSink {
 public:
  SeriesCheck(PgConnection& connection, core::RunId run,
              const std::map<std::int32_t, std::string>& names,
              const std::vector<VerifiedGroup>& groups, Report& report);

  void take(const VerifiedGroup& group, std::int32_t key, const RowColumns& column) override;
  // After all groups.
  void finish();

 private:
  core::SeriesStats fold_groups(std::int32_t key);
  void compare(std::int32_t key, const core::SeriesStats& stored, const core::SeriesStats& made);

  PgConnection& connection_;
  core::RunId run_;
  const std::map<std::int32_t, std::string>& names_;
  const std::vector<VerifiedGroup>& groups_;
  Report& report_;
  std::map<std::int32_t, std::vector<const VerifiedGroup*>> groups_of_;
  std::map<std::int32_t, core::SeriesStats> made_;
};

}  // namespace tracker::storage
