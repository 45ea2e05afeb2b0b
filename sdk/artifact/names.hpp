#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What things around artifacts may be called (docs/artifacts.md, "Names"). Any thread. The check_…
// functions throw Error(kInvalidArgument) that shows the name and says the rule.
namespace tracker::artifact {

void check_collection_name(std::string_view name);
void check_type(std::string_view type);
// Of an alias that somebody sets: neither `latest` nor like a version.
void check_alias(std::string_view alias);
void check_tag(std::string_view tag);

inline constexpr std::string_view kLatest = "latest";

// 3 for "v3"; nothing for what is not the name of a version (so "v03", "v" and "v4294967296").
std::optional<std::uint32_t> version_number(std::string_view text);

// [PROJECT/]NAME[:REF], with "tracker://" before it or not.
struct Name {
  std::string project;  // empty: not said
  std::string collection;
  std::string ref;  // "v3" or an alias; never empty
};
Name parse_name(std::string_view text);

// Any bytes, fit to stand in a message: UTF-8 without control characters, cut at `most` bytes.
std::string shown(std::string_view bytes, std::size_t most = 200);

}  // namespace tracker::artifact
