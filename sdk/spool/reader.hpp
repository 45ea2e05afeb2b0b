#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "spool/record.hpp"

namespace tracker::spool {

// A record and where it lies: [at, next).
struct Entry {
  Offset at;
  Offset next;
  Record record;
};

// Nothing more is published yet: ask again later, or never if the writer has ended.
struct Wait {
  Offset at;
};

// The bytes at `at` are not a record and never will be: `reason` says why. Nothing behind it is
// read.
struct Corrupt {
  Offset at;
  std::string reason;
};

// Reads one writer's log from a given offset while it is being written, by this or another process.
// It never guesses: an unpublished record is Wait, a torn or altered one is Corrupt. Belongs to one
// thread.
class Reader {
 public:
  // Throws Error: kNotFound if there is no log in `writer_directory`, kFailedPrecondition if its
  // format is newer than this program knows (names both versions), kDataLoss if the segment that
  // holds `from` is gone, kUnavailable if the disk does not let it be read.
  Reader(const std::filesystem::path& writer_directory, Offset from);
  ~Reader();
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;

  // Throws Error(kUnavailable) if the disk does not let it be read: who asks again makes another
  // reader.
  std::variant<Entry, Wait, Corrupt> next();

  // The caller vouches that the writer is dead (layout.hpp: writer_alive). From now on a record
  // that was begun and never published is passed over and counted instead of waited for; Wait then
  // means the end of the log.
  void writer_is_dead();
  std::uint64_t holes() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tracker::spool
