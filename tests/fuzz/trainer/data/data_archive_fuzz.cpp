#include <cstdlib>
#include <set>

#include "config/error.hpp"
#include "data/archives/class_folders.hpp"
#include "memory_file.hpp"

// Any bytes as an archive of class folders: refused with an Error, or every row of every split
// once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trainer::data;
  static MemoryFile file;
  file.replace({data, size});
  try {
    const ClassFolders folders = ClassFolders::of_archive(file.path());
    for (const std::string& split : folders.splits()) {
      const auto table = folders.table(split);
      std::size_t labels = 0;
      const auto names = table->open({.pass = Pass::kLabels});
      for (std::vector<RawRow> block; names->next(block);) labels += block.size();
      std::set<std::uint64_t> seen;
      const auto texts = table->open({.pass = Pass::kAll});
      for (std::vector<RawRow> block; texts->next(block);) {
        for (const RawRow& row : block) {
          if (!seen.insert(row.position).second || row.position >= labels) std::abort();
          if (texts->place(row).empty()) std::abort();
        }
      }
      if (seen.size() != labels) std::abort();
    }
  } catch (const trainer::Error&) {
  }
  return 0;
}
