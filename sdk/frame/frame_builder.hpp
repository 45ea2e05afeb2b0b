#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "frame/frame.hpp"
#include "spool/reader.hpp"
#include "spool/record.hpp"

namespace tracker::spool {

// Gathers the entries of one writer's log into frames. Keeps the log's key dictionary from frame to
// frame, so one builder serves one reader, in order. Belongs to one thread.
class FrameBuilder {
 public:
  // For a log read from its beginning.
  FrameBuilder() = default;
  // For a log read from `from` on: learns the keys from the segment that holds it. Throws Error, as
  // Reader does, and kDataLoss if `from` is not where a record begins.
  FrameBuilder(const std::filesystem::path& writer_directory, Offset from);

  // Throws Error(kDataLoss) if a row names a key that the log has not given a number.
  void add(const Entry& entry);

  bool empty() const noexcept { return rows_ == 0 && frame_.records.empty(); }
  // At least the decompressed size of the frame so far. A frame that is taken before this passes
  // FrameLimits::decompressed_bytes is within the limits of groups, records and values, too.
  std::size_t bytes() const noexcept { return bytes_; }
  std::size_t rows() const noexcept { return rows_; }
  // Keys used by the frame so far, each group counting its own: at least as many as the frame will
  // name.
  std::size_t keys() const noexcept { return keys_used_; }

  // The frame of all entries added since the last take(). Keys are kept, the rest starts anew. Key
  // records alone make an empty frame.
  Frame take();

 private:
  struct Group {
    std::size_t index;                 // in frame_.groups
    std::vector<std::size_t> columns;  // of each value of a row; a key that comes twice shares one
    std::vector<double> row_major;
  };
  struct Signature {
    bool system;
    std::vector<std::uint32_t> keys;
    auto operator<=>(const Signature&) const = default;
  };

  Group& group_for(const Signature& signature);
  void add_row(std::int64_t time_us, const std::vector<KeyValue>& values, Signature& signature,
               const std::int64_t* step);

  std::vector<std::string> dictionary_;  // by number; empty: none
  std::map<Signature, Group> groups_;
  Signature scratch_;
  Frame frame_;
  std::size_t bytes_ = 0;
  std::size_t rows_ = 0;
  std::size_t keys_used_ = 0;
};

}  // namespace tracker::spool
