#pragma once

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <string>
#include <string_view>
#include <vector>

#include <tracker/error.hpp>

#include "storage/migrate.hpp"
#include "store_fixture.hpp"

namespace tracker::storage {

// Programs of later versions: what this one has, and more. Version numbers follow its own.
class MigrateTest : public testing::Test {
 protected:
  MigrateTest() {
    spdlog::set_level(spdlog::level::critical);
    for (const Migration& migration : migrations()) list_.push_back(migration);
  }

  // Adds a migration to the list. `compatible_from` counts from this program's version: 0 is it.
  Migrations add(std::string_view sql, int compatible_from, std::string_view batch = {}) {
    const int version = static_cast<int>(list_.size()) + 1;
    list_.push_back({version, "later", "checksum", schema_version() + compatible_from, sql, batch});
    return list_;
  }

  std::string refusal(Migrations known = migrations()) {
    try {
      migrate(database_, known);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kFailedPrecondition);
      return error.what();
    }
    ADD_FAILURE() << "was accepted";
    return {};
  }
  std::int64_t number(const char* sql) { return database_.pg()->run(sql).bigint(0, 0); }
  void command(const std::string& sql) { database_.pg()->command(sql); }

  Database database_{{.dsn = test::PostgresCluster::instance().fresh_database()}};
  std::vector<Migration> list_;
};

inline bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace tracker::storage
