#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/run_state.hpp"
#include "spool/record.hpp"
#include "storage/pg.hpp"

// What the records of committed frames change of their run: names, config, summary, tags, notes,
// metric definitions, console lines, ends of writers. Gathered first, so that a run's row is
// written once a group.
namespace tracker::storage {

class RunChanges {
 public:
  explicit RunChanges(core::RunId run) : run_(run) {}

  // In log order within a writer. A record that cannot be used (a config that is not an object) is
  // left out: one bad call of a program must not stop its run. Texts are as spool::decode_frame
  // lets them through: without NUL, and within the limits of spool/record.hpp.
  void add(std::int64_t stream_id, const spool::Record& record);

  // Inside the caller's transaction, while the records that were added live. Returns whether the
  // run as people see it changed (console lines do not count).
  bool apply(PgConnection& connection, std::int64_t now_us);

 private:
  struct Definition {
    std::string pattern, json;
  };

  bool touches_run() const noexcept;
  void apply_row(PgConnection& connection, std::int64_t now_us);
  void apply_branches(PgConnection& connection);
  void apply_media(PgConnection& connection, std::int64_t now_us) const;
  void apply_definitions(PgConnection& connection);
  void apply_writers(PgConnection& connection, std::int64_t now_us);

  core::RunId run_;
  std::optional<spool::RunStart> start_;
  std::vector<std::string> configs_, summaries_, gaps_, notes_of_branches_;
  std::optional<std::vector<std::string>> tags_;
  std::optional<std::string> notes_;
  std::optional<spool::Branch> fork_;
  std::vector<std::int64_t> rewinds_;  // the steps
  std::vector<Definition> definitions_;
  std::map<std::int64_t, core::WriterEnd> ends_;  // by stream
  std::vector<std::int64_t> forked_;              // streams of writers that were forked
  std::map<spool::ConsoleStream, std::vector<const spool::Console*>> console_;
  std::vector<const spool::Media*> media_;
  std::vector<const spool::Alert*> alerts_;
};

// Works out the state of a run from its writers (core::life_of) and stores it if it changed; true
// if so. The caller's transaction holds the run's row lock.
bool settle_run(PgConnection& connection, core::RunId run, std::int64_t now_us);

}  // namespace tracker::storage
