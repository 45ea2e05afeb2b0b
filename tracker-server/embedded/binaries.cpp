#include "embedded/binaries.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <string>

#include <tracker/error.hpp>

namespace tracker::embedded {
namespace {

namespace fs = std::filesystem;

bool runnable(const fs::path& file) { return ::access(file.c_str(), X_OK) == 0; }

std::optional<int> parse_major(const std::string& text) {
  int major = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), major);
  if (result.ec != std::errc() || result.ptr == text.data()) return std::nullopt;
  return major;
}

// "postgres (PostgreSQL) 15.8 (Debian …)" → 15
std::optional<int> ask_major(const fs::path& postgres) {
  const auto quoted = fmt::format("'{}' --version 2>/dev/null", postgres.string());
  if (postgres.string().find('\'') != std::string::npos) return std::nullopt;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(quoted.c_str(), "r"), &::pclose);
  if (!pipe) return std::nullopt;
  std::array<char, 256> line{};
  if (std::fgets(line.data(), static_cast<int>(line.size()), pipe.get()) == nullptr) {
    return std::nullopt;
  }
  const std::string text(line.data());
  const auto at = text.find_first_of("0123456789");
  if (at == std::string::npos) return std::nullopt;
  return parse_major(text.substr(at));
}

std::vector<PostgresBinaries> all_versions(const PostgresSearch& search) {
  std::vector<PostgresBinaries> found;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(search.versions, ignored)) {
    const auto major = parse_major(entry.path().filename().string());
    const auto bin = entry.path() / "bin";
    if (major && runnable(bin / "initdb") && runnable(bin / "postgres")) {
      found.push_back({bin / "initdb", bin / "postgres", *major});
    }
  }
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.major > b.major; });
  return found;
}

std::vector<fs::path> path_folders(const PostgresSearch& search) {
  if (!search.path.empty()) return search.path;
  std::vector<fs::path> folders;
  const char* path = std::getenv("PATH");
  std::istringstream parts(path == nullptr ? "" : path);
  for (std::string part; std::getline(parts, part, ':');) {
    if (!part.empty()) folders.emplace_back(part);
  }
  return folders;
}

}  // namespace

PostgresBinaries find_postgres(std::optional<int> major, const PostgresSearch& search) {
  auto candidates = all_versions(search);
  for (const auto& folder : path_folders(search)) {
    if (!runnable(folder / "initdb") || !runnable(folder / "postgres")) continue;
    if (const auto version = ask_major(folder / "postgres")) {
      candidates.push_back({folder / "initdb", folder / "postgres", *version});
    }
  }
  for (const auto& candidate : candidates) {
    if (major ? candidate.major == *major : candidate.major >= kOldestPostgres) return candidate;
  }
  const auto wanted = major ? std::to_string(*major) : fmt::format("{} or newer", kOldestPostgres);
  throw Error(ErrorCode::kFailedPrecondition,
              fmt::format("PostgreSQL {} is not installed (looked in {}/*/bin and $PATH): install "
                          "the package postgresql{}, or give --database-url",
                          wanted, search.versions.string(),
                          major ? fmt::format("-{}", *major) : std::string()));
}

}  // namespace tracker::embedded
