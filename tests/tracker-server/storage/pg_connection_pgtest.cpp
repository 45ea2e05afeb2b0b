// The connection to PostgreSQL when nobody answers any more.
#include <gtest/gtest.h>

#include "storage/pg.hpp"
#include "storage/sql.hpp"
#include "support/fault_proxy/fault_proxy.hpp"
#include "support/postgres/postgres_fixture.hpp"

namespace tracker::storage {
namespace {

using test_support::FaultProxy;
using test_support::ProxyOptions;
using test_support::Way;
using Mode = test_support::WayRules::Mode;

class PgConnectionTest : public testing::Test {
 protected:
  PgConnectionTest() : proxy_(ProxyOptions{.upstream_socket = socket()}) {}

  static std::filesystem::path socket() {
    return test::PostgresCluster::instance().socket_directory() / ".s.PGSQL.5432";
  }
  PgConnection connect(int statement_timeout_ms) {
    return PgConnection("host=127.0.0.1 port=" + std::to_string(proxy_.port()) +
                            " user=tracker dbname=postgres sslmode=disable gssencmode=disable",
                        statement_timeout_ms);
  }

  FaultProxy proxy_;
};

TEST_F(PgConnectionTest, SilentServerIsGivenUpAndTheConnectionIsBroken) {
  PgConnection connection = connect(50);
  EXPECT_EQ(connection.run("SELECT 1").rows(), 1u);
  proxy_.abandon();
  try {
    connection.run("SELECT 2");
    FAIL() << "an answer out of nothing";
  } catch (const PgError& error) {
    EXPECT_TRUE(error.connection_lost()) << error.what();
  }
  EXPECT_TRUE(connection.broken());
  EXPECT_FALSE(connection.usable());
  EXPECT_THROW(connection.run("SELECT 1"), PgError);
}

TEST_F(PgConnectionTest, ServerThatDoesNotTakeWhatIsSentIsGivenUp) {
  PgConnection connection = connect(50);
  connection.run("SELECT length($1)", PgParams().text("short"));
  proxy_.set(Way::kUp, {.mode = Mode::kStall});
  const std::string large(64u << 20, 'x');
  EXPECT_THROW(connection.run("SELECT length($1)", PgParams().text(large)), PgError);
  EXPECT_TRUE(connection.broken());
}

TEST_F(PgConnectionTest, StatementTimeoutOfTheServerComesFirst) {
  PgConnection connection = connect(50);
  try {
    connection.command("SELECT pg_sleep(10)");
    FAIL() << "no timeout";
  } catch (const PgError& error) {
    EXPECT_EQ(error.sqlstate(), "57014");
  }
  EXPECT_FALSE(connection.broken());
  EXPECT_EQ(connection.run("SELECT 1").rows(), 1u);
}

TEST_F(PgConnectionTest, SeveralStatementsInOneCommandEndWithTheFirstError) {
  PgConnection connection = connect(1000);
  EXPECT_NO_THROW(connection.command("SET work_mem = '4MB'; SELECT 1"));
  EXPECT_THROW(connection.command("SELECT 1; SELECT 1 / 0; SELECT 2"), PgError);
  EXPECT_EQ(connection.run("SELECT 1").rows(), 1u);
}

TEST_F(PgConnectionTest, TimeoutsAreAddedAndWhatWasSaidStays) {
  EXPECT_EQ(with_timeouts("postgresql://me@there/mine?connect_timeout=3"),
            "user='me' connect_timeout='3' dbname='mine' host='there' keepalives_idle='20' "
            "keepalives_interval='5' keepalives_count='3' tcp_user_timeout='30000' ");
  EXPECT_EQ(with_timeouts("no connection string"), "no connection string");
}

// A restart of the database must not cost each of the pool's users an error.
TEST(DatabasePool, ConnectionsThatTheServerEndedAreReplaced) {
  auto& cluster = test::PostgresCluster::instance();
  Database database({.dsn = cluster.fresh_database()});
  const auto ask = [&] {
    return in_transaction(database, [](pqxx::work& work) {
      return work.exec("SELECT pg_backend_pid()")[0][0].as<int>();
    });
  };
  const int before = ask();
  const int other = database.pg()->run("SELECT pg_backend_pid()").integer(0, 0);
  PgConnection(cluster.dsn("postgres"), 1000)
      .command("SELECT pg_terminate_backend(" + std::to_string(before) +
               ", 5000), pg_terminate_backend(" + std::to_string(other) + ", 5000)");
  EXPECT_NE(ask(), before);
  EXPECT_NE(database.pg()->run("SELECT pg_backend_pid()").integer(0, 0), other);
}

}  // namespace
}  // namespace tracker::storage
