#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/splits/data_files.hpp"

namespace trainer::data {

// One entry of `configs`.
struct CardConfig {
  std::string name;
  bool is_default = false;
  std::string folder;                    // data_dir; empty: the whole repository
  std::vector<SplitFiles> splits;        // patterns; empty: by the default rules
  std::optional<char> delimiter;         // sep, delimiter
  std::vector<std::string> unsupported;  // options of `datasets` that change what is read
};

// What a data set's card (the YAML at the head of README.md) says about its files.
struct DatasetCard {
  std::vector<CardConfig> configs;
  // Class names of `column` in the configuration's dataset_info; empty when there are none.
  std::vector<std::string> label_names(const std::string& config, const std::string& column) const;

  struct Classes {
    std::string config;
    std::string column;
    std::vector<std::string> names;
  };
  std::vector<Classes> classes;
};

// Reads a README.md. `origin` is for messages. Throws Error(kInvalidInput) when the card is not
// YAML or its configs are not what they must be.
DatasetCard read_card(std::string_view readme, const std::string& origin);

// The configuration of that name; of "" the only one, or the one that is the default. nullptr when
// the card has none. Throws Error(kInvalidInput) listing them when a choice is needed.
const CardConfig* choose_config(const DatasetCard& card, const std::string& name,
                                const std::string& origin);

}  // namespace trainer::data
