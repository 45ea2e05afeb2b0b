#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

// The store that huggingface_hub's repos share: <cache>/blobs/<2 digits>/<xet hash> is a content,
// <xet hash>.refs beside it has a line "models--org--name/blobs/<etag>" for each link to it that
// was ever made, <xet hash>.lock is held (flock) by whoever changes one of these. It is Python's:
// we read through its links, and remove a content when its last link goes.
namespace trainer::hub {

// The content in `cache`'s store that a repo's blob is a link to; nullopt when it is none.
std::optional<std::filesystem::path> shared_content_of(const std::filesystem::path& blob,
                                                       const std::filesystem::path& cache);

// Removes a content of the store to which no link is left, and returns its bytes; else, and when
// the list of its links cannot be read, 0.
std::uint64_t sweep_shared_content(const std::filesystem::path& content,
                                   const std::filesystem::path& cache);

}  // namespace trainer::hub
