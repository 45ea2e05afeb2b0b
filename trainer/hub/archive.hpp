#pragma once

#include <filesystem>
#include <string>

// A directory as one file to carry away.
namespace trainer::hub {

// Writes all files below `directory` as `file` (.tar.gz), named `root`/<path inside the directory>,
// or <path> for an empty root. The same files give the same bytes: sorted by name, time 0, owner
// root, mode 0644. Symbolic links are stored as what they lead to, so that a hub snapshot can be
// packed; `file` itself is left out when it lies inside. Written to a temporary name, flushed,
// renamed: durable when it returns. Throws Error(kIo) when there is no room or a file cannot be
// read, Error(kInvalidInput) for something that is neither file nor folder; nothing stays behind.
void write_tar_gz(const std::filesystem::path& directory, const std::filesystem::path& file,
                  const std::string& root);

}  // namespace trainer::hub
