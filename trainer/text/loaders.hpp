#pragma once

#include <filesystem>

#include "text/pipeline.hpp"
#include "text/tokenizer_config.hpp"

// One function per way in which a model directory may describe its tokenizer. Each throws Error:
// kUnsupported naming the component, kInvalidInput naming the file and the place.
namespace trainer::text {

// tokenizer.json. Switches that tokenizer_config.json names (do_lower_case, add_prefix_space, …)
// win over it.
Stages load_tokenizer_json(const std::filesystem::path& file, const TokenizerConfig& config);

// A tokenizer.json that a conversion made (see conversion/conversion.hpp); `place` names the files
// it was made of.
Stages load_converted(const Json& json, const std::string& place, const TokenizerConfig& config);

// Adds the tokens of tokenizer_config.json that `stages` does not have yet.
void add_configured_tokens(const TokenizerConfig& config, Stages& stages);

}  // namespace trainer::text
