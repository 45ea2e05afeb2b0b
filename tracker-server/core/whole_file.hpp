#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string_view>

namespace tracker::core {

// Puts `text` where `file` is, as a whole and for good: it is written under a temporary name
// (`<file>.new`), synced, renamed, and the folder is synced. Whoever reads `file` sees the old
// content or the new one, also after a power cut. `mode` is the new file's, less the umask; a
// temporary file that somebody left, or a link under its name, is replaced and never followed. One
// writer at a time. Throws Error(kUnavailable) that names the file and says what to do; `file` is
// as it was then, unless the last step failed (the sync of the folder).
void write_whole_file(const std::filesystem::path& file, std::string_view text, mode_t mode);

}  // namespace tracker::core
