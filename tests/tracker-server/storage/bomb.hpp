#pragma once

#include <string>
#include <vector>

#include "full_run.hpp"

namespace tracker::storage {

// Ends the connection that runs the n-th changing statement from now on, as a kill of its backend
// does: in the middle of the statement, before its commit.
class Bomb {
 public:
  explicit Bomb(Database& database) : database_(database) {
    run(R"sql(
      CREATE SEQUENCE bomb_count;
      CREATE TABLE bomb (at bigint);
      CREATE FUNCTION bomb() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('bomb_count') = (SELECT max(at) FROM bomb) THEN
          PERFORM pg_terminate_backend(pg_backend_pid());
          PERFORM pg_sleep(60);
        END IF;
        RETURN NULL;
      END $$)sql");
    std::vector<std::string> tables = kRunTables;
    tables.insert(tables.end(), {"run", "run_tombstone", "project", "metric_key"});
    for (const std::string& table : tables)
      run("CREATE TRIGGER bomb AFTER INSERT OR UPDATE OR DELETE ON " + table +
          " FOR EACH STATEMENT EXECUTE FUNCTION bomb()");
  }

  void arm(int statement) {
    run("DELETE FROM bomb; INSERT INTO bomb VALUES (" + std::to_string(statement) +
        "); ALTER SEQUENCE bomb_count RESTART");
  }
  void disarm() { run("DELETE FROM bomb"); }

 private:
  void run(const std::string& sql) { database_.pg()->command(sql); }
  Database& database_;
};

// Does `job` once with the connection killed at each of its changing statements, and lets it run to
// its end after each kill. `check` looks at what came out. `prepare` makes a fresh case.
template <class Prepare, class Job, class Check>
void kill_at_every_statement(Database& database, Prepare prepare, Job job, Check check) {
  Bomb bomb(database);
  int kills = 0;
  for (int statement = 1;; ++statement) {
    auto subject = prepare();
    bomb.arm(statement);
    bool killed = false;
    try {
      job(subject);
    } catch (const PgError& error) {
      EXPECT_TRUE(error.connection_lost()) << error.what();
      killed = true;
    }
    bomb.disarm();
    if (killed) job(subject);
    check(subject);
    if (!killed) break;
    ++kills;
    ASSERT_LT(kills, 200);
  }
  EXPECT_GT(kills, 3) << "the job was hardly disturbed";
}

}  // namespace tracker::storage
