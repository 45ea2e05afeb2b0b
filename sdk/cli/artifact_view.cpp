#include "cli/artifact_view.hpp"

#include <map>

#include "artifact/sha256.hpp"
#include "cli/run_view.hpp"
#include "cli/text.hpp"

namespace tracker::cli {
namespace {

using nlohmann::ordered_json;
using Rows = std::vector<std::vector<std::string>>;

std::string hex(const std::string& digest) {
  const auto sha256 = artifact::Sha256::from_raw(digest);
  return sha256 ? sha256->hex() : "";
}

template <class Texts>
std::string joined(const Texts& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : ", ") + printable(text);
  return all;
}

template <class Texts>
ordered_json array_of(const Texts& texts) {
  return ordered_json(std::vector<std::string>(texts.begin(), texts.end()));
}

ordered_json time_json(bool there, std::int64_t time_us) {
  return there ? ordered_json(timestamp_text(time_us)) : ordered_json(nullptr);
}

std::string minute(std::int64_t time_us) {
  std::string text = timestamp_text(time_us).substr(0, 16);
  text[10] = ' ';
  return text;
}

ordered_json metadata(const std::string& text) {
  auto json = ordered_json::parse(text.empty() ? "{}" : text, nullptr, false);
  return json.is_discarded() ? ordered_json(text) : json;
}

std::map<std::string, std::string> version_names(const v1::Lineage& lineage) {
  std::map<std::string, std::string> names;
  for (const auto& version : lineage.versions()) names[version.id()] = version_name(version);
  return names;
}

}  // namespace

std::string version_name(const v1::ArtifactVersion& version) {
  return version.project() + '/' + version.name() + ":v" + std::to_string(version.number());
}

ordered_json version_json(const v1::ArtifactVersion& version) {
  return {{"id", version.id()},
          {"project", version.project()},
          {"name", version.name()},
          {"version", "v" + std::to_string(version.number())},
          {"type", version.type()},
          {"aliases", array_of(version.aliases())},
          {"tags", array_of(version.tags())},
          {"description", version.description()},
          {"metadata", metadata(version.metadata_json())},
          {"digest", hex(version.digest())},
          {"files", version.files()},
          {"size_bytes", version.size_bytes()},
          {"added_bytes", version.added_bytes()},
          {"created_at", timestamp_text(version.created_at_us())},
          {"expires_at", time_json(version.has_expires_at_us(), version.expires_at_us())},
          {"run_id", version.has_run_id() ? ordered_json(version.run_id()) : ordered_json(nullptr)},
          {"deleted_at", time_json(version.has_deleted_at_us(), version.deleted_at_us())}};
}

ordered_json collection_json(const v1::ArtifactCollection& collection) {
  return {
      {"project", collection.project()},
      {"name", collection.name()},
      {"type", collection.type()},
      {"description", collection.description()},
      {"versions", collection.versions()},
      {"latest", collection.has_latest() ? ordered_json("v" + std::to_string(collection.latest()))
                                         : ordered_json(nullptr)},
      {"size_bytes", collection.size_bytes()},
      {"created_at", timestamp_text(collection.created_at_us())},
      {"updated_at", timestamp_text(collection.updated_at_us())}};
}

ordered_json file_json(const v1::ArtifactFile& file) {
  ordered_json json{{"path", file.path()},
                    {"size_bytes", file.has_size_bytes() ? ordered_json(file.size_bytes())
                                                         : ordered_json(nullptr)}};
  if (!file.url().empty()) {
    json["url"] = file.url();
    json["checksum"] = file.checksum();
  } else {
    json["sha256"] = hex(file.sha256());
  }
  return json;
}

ordered_json lineage_json(const v1::Lineage& lineage) {
  ordered_json json{{"versions", ordered_json::array()},
                    {"runs", ordered_json::array()},
                    {"edges", ordered_json::array()},
                    {"more", lineage.more()}};
  for (const auto& version : lineage.versions()) json["versions"].push_back(version_json(version));
  for (const auto& run : lineage.runs())
    json["runs"].push_back({{"id", run.id()},
                            {"project", run.project()},
                            {"name", run.name()},
                            {"created_at", timestamp_text(run.created_at_us())}});
  const auto names = version_names(lineage);
  for (const auto& edge : lineage.edges()) {
    const auto name = names.find(edge.version_id());
    json["edges"].push_back({{"run", edge.run_id()},
                             {"kind", edge.kind() == v1::LineageEdge::USED ? "used" : "produced"},
                             {"version", name == names.end() ? edge.version_id() : name->second}});
  }
  return json;
}

std::string version_table(const std::vector<v1::ArtifactVersion>& versions) {
  Rows rows = {{"VERSION", "ALIASES", "SIZE", "ADDED", "FILES", "CREATED (UTC)", "TAGS"}};
  for (const auto& version : versions)
    rows.push_back({printable(version_name(version)), joined(version.aliases()),
                    bytes_text(version.size_bytes()), bytes_text(version.added_bytes()),
                    std::to_string(version.files()), minute(version.created_at_us()),
                    joined(version.tags())});
  return aligned(std::move(rows));
}

std::string collection_table(const std::vector<v1::ArtifactCollection>& collections) {
  Rows rows = {{"NAME", "TYPE", "LATEST", "VERSIONS", "SIZE", "UPDATED (UTC)"}};
  for (const auto& collection : collections)
    rows.push_back({printable(collection.project() + '/' + collection.name()),
                    printable(collection.type()),
                    collection.has_latest() ? "v" + std::to_string(collection.latest()) : "-",
                    std::to_string(collection.versions()), bytes_text(collection.size_bytes()),
                    minute(collection.updated_at_us())});
  return aligned(std::move(rows));
}

std::string file_table(const std::vector<v1::ArtifactFile>& files) {
  Rows rows = {{"PATH", "SIZE", "SHA-256 OR URL"}};
  for (const auto& file : files)
    rows.push_back({printable(file.path()),
                    file.has_size_bytes() ? bytes_text(file.size_bytes()) : "-",
                    file.url().empty() ? hex(file.sha256()) : printable(file.url())});
  return aligned(std::move(rows));
}

std::string lineage_table(const v1::Lineage& lineage) {
  const auto versions = version_names(lineage);
  std::map<std::string, std::string> runs;
  for (const auto& run : lineage.runs()) runs[run.id()] = run.project() + '/' + run.name();
  const auto name_in = [](const auto& names, const std::string& id) {
    const auto at = names.find(id);
    return printable(at == names.end() ? id : at->second);
  };
  Rows rows = {{"VERSION", "", "RUN", "RUN ID"}};
  for (const auto& edge : lineage.edges())
    rows.push_back({name_in(versions, edge.version_id()),
                    edge.kind() == v1::LineageEdge::USED ? "used by" : "made by",
                    name_in(runs, edge.run_id()), printable(edge.run_id())});
  return aligned(std::move(rows));
}

}  // namespace tracker::cli
