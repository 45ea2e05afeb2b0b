#include "artifacts/checks.hpp"

#include <string>

#include <tracker/error.hpp>

#include "base/utf8.hpp"
#include "core/document_check.hpp"
#include "core/time.hpp"

namespace tracker::artifacts {
namespace {

constexpr std::size_t kMostProject = 200, kMostDescription = 64u << 10, kMostClient = 200;
constexpr std::uint64_t kMostSeconds = std::uint64_t{1'000} * 366 * 24 * 60 * 60;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kInvalidArgument, what);
}

void check_text(std::string_view text, std::size_t most, const std::string& what) {
  if (text.size() > most) refuse(what + " has more than " + std::to_string(most) + " bytes");
  if (!base::is_text(text)) refuse(what + " is not UTF-8, or has a NUL in it");
}

}  // namespace

void check_project(std::string_view project) {
  if (project.empty()) refuse("no project is named");
  check_text(project, kMostProject, "the project's name");
}

void check_description(std::string_view description) {
  check_text(description, kMostDescription, "the description");
}

void check_client(std::string_view client) { check_text(client, kMostClient, "the client's name"); }

void check_metadata(std::string_view text) { core::check_document(text, "the metadata"); }

artifact::Sha256 digest_of(std::string_view raw) {
  if (const auto digest = artifact::Sha256::from_raw(raw); digest && raw.size() == 32)
    return *digest;
  refuse("a SHA-256 has 32 bytes, not " + std::to_string(raw.size()));
}

void check_digest_count(std::size_t count) {
  if (count > kMostDigests) refuse("at most 16,384 digests may be asked for at once");
}

std::int64_t time_of(std::uint64_t seconds) {
  if (seconds > kMostSeconds) refuse("a time is at most 1,000 years");
  return static_cast<std::int64_t>(seconds) * core::kSecondUs;
}

}  // namespace tracker::artifacts
