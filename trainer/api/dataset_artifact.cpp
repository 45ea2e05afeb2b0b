#include "api/dataset_artifact.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "config/error.hpp"
#include "hub/cache_layout.hpp"
#include "hub/checksum.hpp"

namespace trainer::api {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kMostName = 128;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// As a URL's path takes it.
std::string encoded(const std::string& path) {
  std::string out;
  for (const char c : path) {
    if (is_letter_or_digit(c) || c == '/' || c == '-' || c == '.' || c == '_' || c == '~')
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

// A path of the hub's cache, …/datasets--ORG--REPO/snapshots/COMMIT/PATH, taken apart.
struct HubFile {
  std::string repo, commit, path;
};

std::optional<HubFile> hub_file(const fs::path& file) {
  constexpr std::string_view kPrefix = "datasets--";
  const std::vector<fs::path> parts(file.begin(), file.end());
  for (std::size_t i = 1; i + 2 < parts.size(); ++i) {
    std::string repo = parts[i - 1].string();
    if (parts[i] != "snapshots" || !repo.starts_with(kPrefix) ||
        !hub::is_commit(parts[i + 1].string()))
      continue;
    repo.erase(0, kPrefix.size());
    if (const std::size_t at = repo.find("--"); at != std::string::npos) repo.replace(at, 2, "/");
    fs::path path;
    for (std::size_t k = i + 2; k < parts.size(); ++k) path /= parts[k];
    return HubFile{.repo = repo, .commit = parts[i + 1].string(), .path = path.generic_string()};
  }
  return std::nullopt;
}

// A link in a snapshot leads to a blob that is called after its content.
std::string blob_checksum(const fs::path& file) {
  std::error_code no_link;
  const std::string tag = fs::read_symlink(file, no_link).filename().string();
  if (no_link || !hub::names_content(tag)) return {};
  return (tag.size() == 64 ? "sha256:" : "etag:") + tag;
}

std::optional<std::uint64_t> size_of(const fs::path& file) {
  std::error_code failed;
  const std::uint64_t size = fs::file_size(file, failed);
  return failed ? std::nullopt : std::optional(size);
}

// The SHA-256 of what was read at `opened`; empty when it was stopped.
std::string file_checksum(const fs::path& file, fs::file_time_type opened,
                          const std::stop_token& stop) {
  const std::optional<hub::FileDigest> content = hub::digest_of(file, stop);
  if (!content || fs::last_write_time(file) > opened) return {};
  return "sha256:" + content->sha256;
}

// Where it stands in the artifact: below its folder, where that is the source.
std::string path_in(const fs::path& source, const fs::path& file) {
  const fs::path below = file.lexically_relative(source);
  if (below.empty() || below == "." || *below.begin() == "..") return file.filename().string();
  return below.generic_string();
}

}  // namespace

std::string artifact_name(const std::string& text) {
  std::string name = text;
  std::replace_if(
      name.begin(), name.end(),
      [](char c) { return !is_letter_or_digit(c) && c != '.' && c != '_' && c != '-'; }, '_');
  if (name.size() > kMostName)
    name = name.substr(0, kMostName / 2 - 1) + ".." + name.substr(name.size() - kMostName / 2 + 1);
  return name.empty() || name == "." || name == ".." ? "data" : name;
}

std::vector<UsedData> used_data(const FineTuneOptions& o, const FineTuneRows& rows) {
  std::vector<UsedData> out;
  const auto add = [&out](const std::string& source, const std::vector<fs::path>& files) {
    if (files.empty()) return;
    auto at = std::ranges::find(out, source, &UsedData::source);
    if (at == out.end()) at = out.insert(out.end(), {.source = source, .files = {}});
    for (const fs::path& file : files)
      if (std::ranges::find(at->files, file) == at->files.end()) at->files.push_back(file);
  };
  if (rows.train) add(o.data.dataset, rows.train->files);
  if (rows.evaluation)
    add(o.eval_dataset.empty() ? o.data.dataset : o.eval_dataset, rows.evaluation->files);
  return out;
}

tracker::ArtifactSettings dataset_artifact(const UsedData& data, fs::file_time_type opened,
                                           const std::stop_token& stop) {
  tracker::ArtifactSettings out;
  std::error_code ignored;
  const bool local = fs::exists(data.source, ignored);
  const fs::path source = fs::absolute(data.source).lexically_normal();
  out.name = artifact_name(!local                  ? data.source
                           : source.has_filename() ? source.filename().string()
                                                   : source.parent_path().filename().string());
  out.type = "dataset";
  out.metadata["source"] = data.source;
  for (const fs::path& each : data.files) {
    const fs::path file = fs::absolute(each).lexically_normal();
    tracker::ArtifactReference reference{
        .path = {}, .url = {}, .checksum = {}, .size = size_of(file)};
    if (const auto hub = hub_file(file)) {
      reference.path = hub->path;
      reference.url =
          fmt::format("hf://datasets/{}@{}/{}", hub->repo, hub->commit, encoded(hub->path));
      reference.checksum = blob_checksum(file);
    } else {
      reference.path = path_in(source, file);
      reference.url = "file://" + encoded(file.string());
      reference.checksum = file_checksum(file, opened, stop);
    }
    out.known_references.push_back(std::move(reference));
  }
  return out;
}

}  // namespace trainer::api
