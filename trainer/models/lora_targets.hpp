#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/lora_config.hpp"
#include "text/regex/regex.hpp"

// Which modules of a model an adapter is on.
namespace trainer::models {

// A target is a module's whole name, or the end of it from a dot on.
bool names_module(const std::string& target, const std::string& module);

// PEFT's default for a model type; empty: it has none.
std::vector<std::string> peft_targets(std::string_view type);

// The config's targets, or its pattern for whole names, which comes from a file and is compiled
// once and matched within limits. Immutable; any thread.
class LoraTargets {
 public:
  // `config` outlives it. Both throw Error(kUnsupported, kInvalidInput) for a pattern that is none
  // or takes too long.
  explicit LoraTargets(const LoraConfig& config);
  bool contain(const std::string& module) const;

 private:
  const LoraConfig& config_;
  std::optional<text::Regex> pattern_;
};

}  // namespace trainer::models
