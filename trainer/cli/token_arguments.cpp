#include "cli/token_arguments.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "api/artifact_model.hpp"
#include "api/train_options.hpp"
#include "config/printable.hpp"

namespace trainer::cli {

void token_options(CLI::App& app, TokenizeArguments& a) {
  const char* group = "Tokens";
  app.add_option("--max-length", a.max_length, "ids of a text at most [untruncated]")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--truncation-strategy", a.truncation_strategy,
                 "of a pair: longest_first, only_first or only_second")
      ->capture_default_str()
      ->check(CLI::IsMember({"longest_first", "only_first", "only_second"}))
      ->group(group);
  app.add_option("--truncation-side", a.truncation_side,
                 "which end is cut off: left or right [as the tokenizer's files say]")
      ->check(CLI::IsMember({"left", "right"}))
      ->group(group);
  app.add_option("--padding", a.padding, "none, or max_length, which adds the attention mask")
      ->capture_default_str()
      ->check(CLI::IsMember({"none", "max_length"}))
      ->group(group);
  app.add_flag("--no-special-tokens", a.no_special_tokens, "the text's own ids only")->group(group);
  app.add_flag("--offsets", a.offsets, "add where in the text each id stands, in characters")
      ->group(group);
}

TokenizeOptions tokenize_options(const TokenizeArguments& a) {
  TokenizeOptions options{
      .model = api::place_of(a.model).place, .input = a.input, .output = a.output, .encode = {}};
  options.encode.add_special_tokens = !a.no_special_tokens;
  options.encode.max_length = a.max_length;
  options.encode.offsets = a.offsets;
  if (a.truncation_strategy == "only_first")
    options.encode.truncation_strategy = text::TruncationStrategy::kOnlyFirst;
  if (a.truncation_strategy == "only_second")
    options.encode.truncation_strategy = text::TruncationStrategy::kOnlySecond;
  if (!a.truncation_side.empty())
    options.encode.truncation_side =
        a.truncation_side == "left" ? text::Side::kLeft : text::Side::kRight;
  if (a.padding == "max_length") options.padding = Padding::kMaxLength;
  return options;
}

data::TokenCacheSettings token_cache(const TokenCacheArguments& arguments) {
  return api::token_cache(arguments, [](std::string_view message) {
    fmt::print(stderr, "token cache: {}\n", config::printable(message, 1000));
  });
}

}  // namespace trainer::cli
