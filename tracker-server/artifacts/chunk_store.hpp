#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// Where chunks lie that are not in the database. A key is made for each object, and never used
// again: whoever writes, reads or removes one can do it as often as need be. Any thread; calls
// block.
//
// How long put() may take is the store's own: S3 gives up after S3Options::attempts requests of
// S3Options::timeout (four minutes and some), a folder waits as long as its file system does.
// Whoever writes tells the database first until when (storage::register_objects, an hour), and
// writes again what took longer (artifacts::Uploads): nothing is lost to a slow store, only time.
namespace tracker::artifacts {

class ChunkStore {
 public:
  virtual ~ChunkStore() = default;

  // What every key of this store begins with: "dir:".
  virtual std::string_view prefix() const noexcept = 0;

  // When it returns the object is durable. Throws Error(kResourceExhausted | kUnavailable).
  virtual void put(const std::string& key, std::string_view bytes) = 0;
  // Throws Error(kDataLoss) if there is no such object or it is longer than `most`, kUnavailable.
  virtual std::string get(const std::string& key, std::uint32_t most) = 0;
  // An object that is not there is removed. Throws Error(kUnavailable).
  virtual void remove(const std::string& key) = 0;
};

}  // namespace tracker::artifacts
