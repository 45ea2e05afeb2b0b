#include "data/splits/bundled_sample.hpp"

namespace trainer::data {

std::optional<std::filesystem::path> find_bundled_sample() {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored);
  if (!program.empty()) {
    const fs::path installed =
        program.parent_path().parent_path() / "share" / "trainer" / "imdb-sample";
    if (fs::is_directory(installed, ignored)) return installed;
  }
  const fs::path source = TRAINER_BUNDLED_SAMPLE;
  if (fs::is_directory(source, ignored)) return source;
  return std::nullopt;
}

}  // namespace trainer::data
