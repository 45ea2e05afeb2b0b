#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include "config/error.hpp"
#include "models/classifier.hpp"
#include "models/stored_layout.hpp"
#include "weights/dtype.hpp"

namespace {

namespace models = trainer::models;

void demand(bool holds) {
  if (!holds) std::abort();
}

const std::string& name() {
  static const std::string made = [] {
    std::string text = "/tmp/model-config-fuzz-XXXXXX";
    if (::mkdtemp(text.data()) == nullptr) std::abort();
    return text + "/config.json";
  }();
  return made;
}

// Every parameter has a name in the checkpoint and a size that can be counted; so has all of them
// together.
void check(models::ClassifierConfig config) {
  demand(config.type != nullptr && config.max_tokens() >= 2);
  if (config.labels.empty()) config.labels = models::unnamed_labels(2);
  const auto specs = models::classifier_parameters(config);
  std::uint64_t all = 0;
  for (const auto& spec : specs) {
    demand(!spec.stored_name.empty() && !spec.shape.empty());
    const auto bytes = trainer::weights::byte_count(trainer::weights::DType::kF64, spec.shape);
    demand(bytes && !__builtin_add_overflow(all, *bytes, &all));
  }
  demand(!models::stored_tensors(specs).empty());
}

}  // namespace

// Any text as config.json: refused with an Error of one line that is not our fault, or a model
// whose parameters are known.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::ofstream(name(), std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  try {
    check(models::read_config(name()));
  } catch (const trainer::Error& error) {
    demand(error.code() != trainer::ErrorCode::kInternal);
    demand(std::string_view(error.what()).find('\n') == std::string_view::npos);
  }
  return 0;
}
