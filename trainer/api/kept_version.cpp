#include "api/kept_version.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include <tracker/json.hpp>

#include "config/json.hpp"
#include "hub/disk.hpp"

namespace trainer::api {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

fs::path note_of(const fs::path& folder) { return folder.string() + ".json"; }

json sizes_of(const fs::path& folder) {
  json sizes = json::object();
  for (const auto& entry : fs::directory_iterator(folder))
    sizes[entry.path().filename().string()] = entry.file_size();
  return sizes;
}

std::optional<int> number_of(const fs::path& folder) {
  constexpr std::size_t kMostDigits = 9;
  const std::string name = folder.filename().string();
  if (name.empty() || name.size() > kMostDigits ||
      name.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  return std::stoi(name);
}

std::optional<KeptVersion> read_one(const fs::path& folder) {
  const auto number = number_of(folder);
  if (!number || !fs::is_directory(folder)) return std::nullopt;
  try {
    const auto note = config::JsonObject::read(note_of(folder));
    const auto aliases = config::find_strings(note, "aliases");
    const auto metadata = tracker::value_from_json(note.json().at("metadata").dump());
    if (note.json().at("files") != sizes_of(folder) || !aliases || aliases->empty())
      return std::nullopt;
    KeptVersion out{.number = *number, .version = {}};
    out.version.name = config::required_string(note, "name");
    out.version.type = config::required_string(note, "type");
    out.version.aliases = *aliases;
    out.version.metadata = std::get<tracker::Dict>(metadata.value().data());
    out.version.path = folder;
    out.version.files = tracker::ArtifactFiles::kLinked;
    return out;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

void write_kept(const tracker::ArtifactSettings& version) {
  const json note = {{"name", version.name},
                     {"type", version.type},
                     {"aliases", version.aliases},
                     {"metadata", json::parse(tracker::to_json(version.metadata))},
                     {"files", sizes_of(version.path)}};
  hub::AtomicFile file(note_of(version.path));
  const std::string text = note.dump();
  file.write(std::as_bytes(std::span(text)));
  file.commit();
}

std::vector<KeptVersion> read_kept(const fs::path& directory) {
  std::vector<fs::path> others;
  std::vector<KeptVersion> out;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(directory, none)) {
    if (auto kept = read_one(entry.path())) {
      out.push_back(*std::move(kept));
    } else {
      others.push_back(entry.path());
    }
  }
  for (const fs::path& path : others) {
    const bool of_kept = std::any_of(out.begin(), out.end(), [&](const KeptVersion& kept) {
      return path == note_of(kept.version.path);
    });
    if (!of_kept) remove_kept(path);
  }
  std::sort(out.begin(), out.end(),
            [](const KeptVersion& a, const KeptVersion& b) { return a.number < b.number; });
  return out;
}

void remove_kept(const fs::path& folder) {
  std::error_code ignored;
  fs::remove(note_of(folder), ignored);  // first: a folder without it is never handed over
  fs::remove_all(folder, ignored);
  fs::remove(folder.parent_path(), ignored);  // if it is empty
}

}  // namespace trainer::api
