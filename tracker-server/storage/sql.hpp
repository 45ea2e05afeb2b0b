#pragma once

#include <pqxx/pqxx>
#include <string>
#include <type_traits>

#include <tracker/error.hpp>

#include "storage/database.hpp"
#include "storage/sqlstate.hpp"

// Ordinary SQL through libpqxx, with its exceptions translated into Error.
namespace tracker::storage {

// The first line of libpqxx's text; the others quote the statement.
inline std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

// Runs `body(transaction)` in one transaction and commits it. Throws Error with the code that
// storage/sqlstate.hpp gives.
template <class Body>
auto in_transaction(Database& database, Body body) {
  const Database::SqlLease connection = database.sql();
  try {
    pqxx::work transaction(*connection);
    if constexpr (std::is_void_v<decltype(body(transaction))>) {
      body(transaction);
      transaction.commit();
    } else {
      auto result = body(transaction);
      transaction.commit();
      return result;
    }
  } catch (const pqxx::broken_connection& error) {
    throw Error(ErrorCode::kUnavailable, "the connection to the database broke", first_line(error));
  } catch (const pqxx::transaction_rollback& error) {
    // A conflict or a deadlock, which libpqxx 6.4 does not make a sql_error.
    throw Error(code_of("40001"), "database: " + first_line(error), "40001");
  } catch (const pqxx::sql_error& error) {
    throw Error(code_of(error.sqlstate()), "database: " + first_line(error), error.sqlstate());
  } catch (const pqxx::failure& error) {
    throw Error(ErrorCode::kInternal, "database: " + first_line(error));
  }
}

}  // namespace tracker::storage
