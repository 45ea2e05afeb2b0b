#include <cstdlib>
#include <string_view>

#include "config/error.hpp"
#include "data/splits/data_files.hpp"
#include "data/splits/dataset_card.hpp"

// Any bytes as a card (README.md): refused with an Error, or files that are among those there.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trainer::data;
  const std::vector<std::string> paths = {"data/train-00000-of-00001.csv", "data/test.csv",
                                          "a/b/train.csv", ".x/y.csv", "__z/a.csv"};
  try {
    const DatasetCard card = read_card({reinterpret_cast<const char*>(data), size}, "fuzz");
    for (const CardConfig& config : card.configs) {
      card.label_names(config.name, "label");
      for (const SplitFiles& split : resolve_splits(config.splits, paths)) {
        if (split.files.size() > paths.size()) std::abort();
      }
    }
    choose_config(card, "", "fuzz");
  } catch (const trainer::Error&) {
  }
  return 0;
}
