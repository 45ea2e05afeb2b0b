#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include <tracker/error.hpp>

#include "storage/migrate.hpp"
#include "support/postgres/postgres_fixture.hpp"

namespace tracker::storage {
namespace {

DatabaseOptions fresh() { return {.dsn = test::PostgresCluster::instance().fresh_database()}; }

TEST(Migrate, FromEmptyAndAgain) {
  Database database(fresh());
  EXPECT_EQ(installed_schema_version(database), 0);
  migrate(database);
  EXPECT_EQ(installed_schema_version(database), schema_version());
  migrate(database);
  EXPECT_EQ(installed_schema_version(database), schema_version());
}

TEST(Migrate, ServersThatStartTogetherWaitForOneAnother) {
  Database database(fresh());
  {
    std::vector<std::jthread> servers;
    for (int i = 0; i < 4; ++i) servers.emplace_back([&] { EXPECT_NO_THROW(migrate(database)); });
  }
  EXPECT_EQ(installed_schema_version(database), schema_version());
}

TEST(Migrate, ANewerSchemaIsLeftAlone) {
  Database database(fresh());
  migrate(database);
  database.pg()->command("INSERT INTO schema_version (version, name) VALUES (999, 'future')");
  try {
    migrate(database);
    FAIL() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kFailedPrecondition);
    EXPECT_NE(std::string(error.what()).find("999"), std::string::npos);
  }
  EXPECT_EQ(installed_schema_version(database), 999);
}

TEST(Migrate, NoDatabaseIsUnavailable) {
  Database database({.dsn = "host=/nonexistent dbname=none"});
  try {
    database.ping();
    FAIL() << "answered";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUnavailable);
  }
}

}  // namespace
}  // namespace tracker::storage
