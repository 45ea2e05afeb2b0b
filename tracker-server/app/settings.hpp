#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.hpp"

// What can be set, and the three places where it can be set (docs/server.md, "Configuration").
namespace tracker::app {

// One thing that can be set. Its name is the key in the file, the flag is `--name`, the variable
// TRACKER_NAME with `_` for `-`.
struct Setting {
  enum class Kind { kText, kFlag, kList };

  const char* name;
  Kind kind;
  const char* type;  // as --help names the value
  const char* help;
  std::string initial;  // the default as text; empty: none
  // Throws Error with what is wrong with the value, without saying where it came from. Of a list it
  // is called for each entry, of a flag with "true" or "false".
  void (*apply)(Config& config, const std::string& value);
  bool secret = false;  // a password may be in it: never printed as it is
};

// In the order of the documentation.
std::span<const Setting> settings();

std::string variable_of(const Setting& setting);

// What a place says about a setting, and where exactly, as a message names it: "--listen",
// "$TRACKER_LISTEN", "/etc/tracker.yaml:3: listen", "default".
struct Given {
  std::string where;
  std::vector<std::string> values;
};
using Values = std::map<std::string, Given, std::less<>>;  // by the setting's name

// The variables that are set. An empty one counts as absent.
using Environment = std::function<std::optional<std::string>(const std::string&)>;
Values from_environment(const Environment& environment);

// `text` is YAML: one map of settings' names to a value, or a list of values. Throws
// Error(kInvalidArgument) with "FILE:LINE: …": for a key that is unknown, known too often, or of
// another kind, and for what is no YAML. Pure.
Values from_yaml(const std::string& text, const std::string& file);
// Reads it first; at most 1 MiB.
Values from_file(const std::string& file);

// The first place that says something about a setting wins; the last place is the defaults. Throws
// Error(kInvalidArgument) naming the place of a bad value.
Values resolve(std::span<const Values> places);
Config to_config(const Values& values);

// YAML that from_yaml takes (but for masked secrets), with the place of each value behind it.
std::string print(const Values& values);

}  // namespace tracker::app
