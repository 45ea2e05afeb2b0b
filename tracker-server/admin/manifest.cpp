#include "admin/manifest.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include <tracker/error.hpp>

#include "artifact/sha256.hpp"
#include "base/atomic_file.hpp"
#include "base/fd.hpp"

namespace tracker::admin {
namespace {

namespace fs = std::filesystem;
constexpr const char* kName = "manifest.json";
constexpr std::size_t kMostBytes = 16u << 20;

Error unreadable(const fs::path& file) {
  return {ErrorCode::kUnavailable,
          fmt::format("cannot read {}: {}", file.string(), std::strerror(errno))};
}

BackupFile hash_file(const fs::path& path) {
  const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw unreadable(path);
  artifact::Sha256Hasher hasher;
  BackupFile out;
  std::array<char, 1 << 16> buffer;
  for (ssize_t size; (size = ::read(file.get(), buffer.data(), buffer.size())) != 0;) {
    if (size < 0) throw unreadable(path);
    hasher.add({buffer.data(), static_cast<std::size_t>(size)});
    out.bytes += static_cast<std::uintmax_t>(size);
  }
  out.sha256 = hasher.finish().hex();
  if (::fsync(file.get()) != 0 && errno != EROFS && errno != EINVAL) throw unreadable(path);
  return out;
}

}  // namespace

std::map<std::string, BackupFile> hash_files(const fs::path& backup) {
  std::map<std::string, BackupFile> out;
  for (const auto& entry : fs::recursive_directory_iterator(backup)) {
    const std::string name = entry.path().lexically_relative(backup).string();
    if (entry.is_directory()) {
      const base::Fd folder(::open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      if (folder) ::fsync(folder.get());
    } else if (name != kName) {
      out[name] = hash_file(entry.path());
    }
  }
  return out;
}

void verify_files(const fs::path& backup, const Manifest& manifest) {
  const auto found = hash_files(backup);
  const auto wrong = [&](const std::string& name, const char* what) {
    return Error(ErrorCode::kDataLoss, fmt::format("{} {}: this backup is damaged; use another one",
                                                   (backup / name).string(), what));
  };
  for (const auto& [name, file] : manifest.files) {
    const auto at = found.find(name);
    if (at == found.end()) throw wrong(name, "is missing");
    if (at->second.bytes != file.bytes || at->second.sha256 != file.sha256)
      throw wrong(name, "is not what was written");
  }
  for (const auto& [name, file] : found)
    if (!manifest.files.contains(name)) throw wrong(name, "does not belong there");
}

void write_manifest(const fs::path& backup, const Manifest& manifest) {
  nlohmann::ordered_json files = nlohmann::ordered_json::object();
  for (const auto& [name, file] : manifest.files)
    files[name] = {{"bytes", file.bytes}, {"sha256", file.sha256}};
  const nlohmann::ordered_json json = {{"format", manifest.format},
                                       {"version", manifest.version},
                                       {"schema_version", manifest.schema_version},
                                       {"postgres_major", manifest.postgres_major},
                                       {"made_us", manifest.made_us},
                                       {"database_bytes", manifest.database_bytes},
                                       {"rows", manifest.rows},
                                       {"files", files}};
  base::write_file_atomically(backup / kName, json.dump(2) + "\n", 0600);
}

Manifest read_manifest(const fs::path& backup) {
  const fs::path file = backup / kName;
  std::error_code error;
  if (!fs::exists(file, error))
    throw Error(ErrorCode::kNotFound,
                fmt::format("{} is no backup: it has no {}", backup.string(), kName));
  const auto bad = [&](const std::string& why) {
    return Error(ErrorCode::kInvalidArgument,
                 fmt::format("{} cannot be read: {}", file.string(), why));
  };
  if (fs::file_size(file, error) > kMostBytes) throw bad("it is too large");
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  try {
    const auto json = nlohmann::json::parse(text.str());
    Manifest out;
    out.format = json.at("format").get<int>();
    if (out.format != kBackupFormat)
      throw Error(
          ErrorCode::kFailedPrecondition,
          fmt::format("{} has format {}, this program knows {}: use the newer tracker-admin",
                      file.string(), out.format, kBackupFormat));
    out.version = json.at("version").get<std::string>();
    out.schema_version = json.at("schema_version").get<int>();
    out.postgres_major = json.at("postgres_major").get<int>();
    out.made_us = json.at("made_us").get<std::int64_t>();
    out.database_bytes = json.at("database_bytes").get<std::int64_t>();
    out.rows = json.at("rows").get<storage::TableCounts>();
    for (const auto& [name, entry] : json.at("files").items())
      out.files[name] = {entry.at("bytes").get<std::uintmax_t>(),
                         entry.at("sha256").get<std::string>()};
    return out;
  } catch (const nlohmann::json::exception& failure) {
    throw bad(failure.what());
  }
}

}  // namespace tracker::admin
