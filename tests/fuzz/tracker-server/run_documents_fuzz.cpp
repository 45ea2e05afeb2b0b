// The documents of a run (config, summary, definitions) as anybody may have logged them: two JSON
// texts, the second behind the first NUL. Whatever they are: merging refuses with an Error or gives
// an object that merges again; nothing it takes breaks the summary or the attributes made of it.
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include <tracker/error.hpp>

#include "core/attributes.hpp"
#include "core/documents.hpp"

namespace {

using namespace tracker;

void check(const std::string& merged) {
  if (!nlohmann::json::parse(merged).is_object()) std::abort();
  if (core::merge_objects(merged, "{}") != merged) std::abort();
  if (merged.find('\0') != std::string::npos) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto cut = std::min(input.find('\0'), input.size());
  const std::string first = input.substr(0, cut);
  const std::string second = cut == input.size() ? std::string() : input.substr(cut + 1);
  std::string merged;
  try {
    merged = core::merge_objects("{}", first);
    check(merged);
    merged = core::merge_objects(merged, second);
    check(merged);
  } catch (const Error&) {
    if (merged.empty()) return 0;
  }
  core::SeriesStats stats;
  core::fold(stats, {}, std::vector<std::int64_t>{1}, std::vector<double>{0.5});
  const std::vector<core::NamedStats> keys{{"loss", &stats}, {first, &stats}};
  const std::vector<std::pair<std::string, std::string>> definitions{{"*", first}, {"l*s", second}};
  const std::string summary = core::fold_summary(merged, definitions, keys);
  if (!nlohmann::json::parse(summary).is_object()) std::abort();
  core::attributes_of(merged, summary, definitions, keys);
  return 0;
}
