#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "hub/hub.hpp"
#include "hub/transport.hpp"

// The content of one file of the hub, on its way to the disk.
namespace trainer::hub {

struct Download {
  Repo repo;  // its revision is the commit, so that an answer cannot change between two attempts
  std::string path;
  std::string etag;
  std::optional<std::uint64_t> size;  // absent: the hub did not say
  std::filesystem::path part;         // how the names of what has arrived begin (hub/part_file.hpp)
  std::filesystem::path destination;  // where the content goes once it is whole and right
};

// Fetches into a PartFile, continuing by ranges what an earlier process or attempt left, checks
// size and checksum, flushes and renames. The caller holds the blob's lock. Throws Error(kHub) when
// the hub does not give it (what has arrived stays for the next time) or gives something else than
// it named (then it is thrown away), Error(kIo) when the disk refuses.
void fetch(const Transport& transport, const HubSettings& settings, const Download& download,
           const Progress& progress);

}  // namespace trainer::hub
