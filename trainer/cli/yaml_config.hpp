#pragma once

#include <CLI/CLI.hpp>
#include <istream>
#include <string>
#include <vector>

namespace trainer::cli {

// --config FILE.yaml: a mapping of flag names (dashes or underscores, without the leading dashes)
// to values. Lists become comma-separated text. Throws CLI::ConfigError for anything else, naming
// the line. to_config() writes such a file: every flag that has a value, by the groups of --help;
// read back, it gives the same values.
class YamlConfig : public CLI::Config {
 public:
  std::string to_config(const CLI::App* app, bool default_also, bool write_description,
                        std::string prefix) const override;
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;
};

}  // namespace trainer::cli
