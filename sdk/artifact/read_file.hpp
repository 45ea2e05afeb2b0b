#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "artifact/file_chunks.hpp"
#include "artifact/manifest.hpp"

namespace tracker::artifact {

// What a manifest says of a file.
struct FileContent {
  Sha256 sha256;
  std::uint64_t size = 0;
  std::vector<ChunkRef> chunks;
};

// Reads a file once and gives each chunk to `take`, in order; its bytes are valid until that
// returns. What `take` throws is passed on. `reader` is the thread's own, of any files before.
// Throws Error: kNotFound, kPermissionDenied or kUnavailable when the file cannot be read,
// kFailedPrecondition when it changed meanwhile (size, time of change, or another file in its
// place), which is noticed at the end; another name of it that comes or goes is no change.
FileContent read_file(const std::filesystem::path& file, FileChunks& reader,
                      const std::function<void(const ChunkRef&, std::string_view)>& take);

}  // namespace tracker::artifact
