#pragma once

#include <chrono>
#include <pqxx/transaction>
#include <thread>

#include "storage/migrate.hpp"

// The long part of a migration: changes of data that would hold its tables for too long in one
// transaction. They run in batches while the server works, each a transaction of its own that also
// notes how far it came (schema_backfill.cursor). Whoever is killed leaves whole batches, and any
// server goes on from there. How such a migration is written: docs/storage.md, "Migrations".
namespace tracker::storage {

// One batch of the oldest migration that is not finished, unless another server is at it.
struct BatchResult {
  bool ran = false;         // a batch was done
  bool unfinished = false;  // there is more to do, by whomever
};
BatchResult run_batch(Database& database, Migrations known = migrations());

// Returns when no batch is left; waits for another server that is at one. Throws what a batch
// throws.
void finish_batches(Database& database, Migrations known = migrations());

bool has_unfinished_batches(pqxx::work& transaction);

// Batches in the background, with pauses. What fails is logged and tried again.
class Backfill {
 public:
  struct Options {
    std::chrono::milliseconds pause{20};     // between two batches
    std::chrono::milliseconds retry{5'000};  // after one that failed, or that another server is at
  };
  // `database` outlives it.
  explicit Backfill(Database& database, Options options, Migrations known = migrations());
  ~Backfill();  // stops after the batch that runs
  Backfill(const Backfill&) = delete;
  Backfill& operator=(const Backfill&) = delete;

  // The thread ends when nothing is left to do.
  void start();

 private:
  void work(const std::stop_token& stop);

  Database& database_;
  const Options options_;
  const Migrations known_;
  std::jthread thread_;
};

}  // namespace tracker::storage
