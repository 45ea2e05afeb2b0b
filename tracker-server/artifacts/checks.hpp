#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "artifact/sha256.hpp"

// What callers may say of artifacts (docs/artifacts.md, "Names" and "Limits"). All throw
// Error(kInvalidArgument) that names what is wrong.
namespace tracker::artifacts {

inline constexpr std::size_t kMostDigests = 16'384;         // of one question
inline constexpr std::size_t kMostChunksOfMessage = 4'096;  // that arrive
// For which a deleted version can be brought back, unless the caller says otherwise.
inline constexpr std::uint64_t kGraceS = 7 * 24 * 3600;

void check_project(std::string_view project);
void check_description(std::string_view description);
// As core/document_check.hpp says.
void check_metadata(std::string_view json);
void check_client(std::string_view client);

artifact::Sha256 digest_of(std::string_view raw);  // 32 bytes
void check_digest_count(std::size_t count);
// Digests as they came.
template <class Range>
std::vector<artifact::Sha256> digests_of(const Range& raw) {
  check_digest_count(static_cast<std::size_t>(raw.size()));
  std::vector<artifact::Sha256> out;
  out.reserve(static_cast<std::size_t>(raw.size()));
  for (const auto& each : raw) out.push_back(digest_of(each));
  return out;
}

// A time to live or a grace in seconds, as microseconds; at most 1,000 years.
std::int64_t time_of(std::uint64_t seconds);

}  // namespace tracker::artifacts
