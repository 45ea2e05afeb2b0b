// A program being tracked, for tests that kill it: writes a log under DIR, says where ("<writer
// directory>"), then reads counts from stdin, logs so many rows each, and says the total.
#include <iostream>

#include "sdk/relay/test_spool.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  relay_test::TestSpool spool(argv[1]);
  const auto lock = tracker::spool::lock_as_writer(spool.directory());
  std::cout << spool.directory().string() << std::endl;
  std::int64_t total = 0, count = 0;
  while (std::cin >> count) {
    spool.log(total, total + count);
    std::cout << (total += count) << std::endl;
  }
  spool.finish();
  spool.close();
  return 0;
}
