#pragma once

#include "text/pipeline.hpp"
#include "text/tokenizer_config.hpp"
#include "text/tokenizer_document.hpp"

// The stages of a tokenizer from its description. Throws Error: kUnsupported naming the component,
// kInvalidInput naming the file and the place.
namespace trainer::text {

// Switches that tokenizer_config.json names (do_lower_case, add_prefix_space, …) win over the
// document.
Stages load_document(const TokenizerDocument& document, const TokenizerConfig& config);

// Adds the tokens of tokenizer_config.json that `stages` does not have yet.
void add_configured_tokens(const TokenizerConfig& config, Stages& stages);

}  // namespace trainer::text
