#pragma once

#include <CLI/App.hpp>

#include "cli/arguments.hpp"
#include "cli/tokenize.hpp"
#include "data/tokens/token_cache.hpp"

// The flags that are about token ids: of `tokenize`, and of the token cache.
namespace trainer::cli {

// Fills the arguments while the app parses; both must outlive the parse.
void token_options(CLI::App& app, TokenizeArguments& arguments);

// Fetches a model that the tracker keeps.
TokenizeOptions tokenize_options(const TokenizeArguments& arguments);
// What is wrong with the cache goes to standard error.
data::TokenCacheSettings token_cache(const TokenCacheArguments& arguments);

}  // namespace trainer::cli
