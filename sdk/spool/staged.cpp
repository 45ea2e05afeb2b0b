#include "spool/staged.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include <tracker/error.hpp>

#include "base/atomic_file.hpp"

namespace tracker::spool {
namespace fs = std::filesystem;
namespace {

using nlohmann::json;

constexpr const char* kFolder = "artifacts";
constexpr const char* kRequest = "request.json";
constexpr const char* kResult = "result.json";
constexpr const char* kCopies = "files";

json read_json(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  json value = json::parse(in, nullptr, false);
  if (!value.is_object())
    throw Error(ErrorCode::kDataLoss, file.string() + " is damaged: what it asked for is lost");
  return value;
}

void write_json(const fs::path& file, const json& value) {
  base::write_file_atomically(
      file, value.dump(2, ' ', false, json::error_handler_t::replace) + "\n", 0600);
}

constexpr std::array<std::pair<ArtifactRequest::Kind, std::string_view>, 3> kKinds = {{
    {ArtifactRequest::Kind::kPut, "put"},
    {ArtifactRequest::Kind::kUse, "use"},
    {ArtifactRequest::Kind::kPutAndUse, "put_and_use"},
}};

std::string_view name_of(ArtifactRequest::Kind kind) {
  for (const auto& [each, name] : kKinds)
    if (each == kind) return name;
  return "";
}

ArtifactRequest::Kind kind_of(const json& request) {
  const auto text = request.at("kind").get<std::string>();
  for (const auto& [kind, name] : kKinds)
    if (name == text) return kind;
  throw Error(ErrorCode::kDataLoss, "an artifact request is of the unknown kind " + text);
}

json json_of(const std::vector<ArtifactReference>& references) {
  json all = json::array();
  for (const auto& reference : references) {
    json one = {{"path", reference.path}, {"url", reference.url}, {"checksum", reference.checksum}};
    if (reference.size) one["size"] = *reference.size;
    all.push_back(std::move(one));
  }
  return all;
}

std::vector<ArtifactReference> references_of(const json& request) {
  std::vector<ArtifactReference> all;
  if (!request.contains("known_references")) return all;
  for (const json& one : request.at("known_references")) {
    ArtifactReference& reference = all.emplace_back();
    one.at("path").get_to(reference.path);
    one.at("url").get_to(reference.url);
    one.at("checksum").get_to(reference.checksum);
    if (one.contains("size")) reference.size = one.at("size").get<std::uint64_t>();
  }
  return all;
}

}  // namespace

fs::path new_staging_folder(const fs::path& writer_directory) {
  const fs::path all = writer_directory / kFolder;
  if (::mkdir(all.c_str(), 0700) == 0) base::sync_directory(writer_directory);
  for (int number = 0;; ++number) {
    std::string name = std::to_string(number);
    name.insert(0, name.size() < 6 ? 6 - name.size() : 0, '0');
    if (::mkdir((all / name).c_str(), 0700) == 0) {
      base::sync_directory(all);
      return all / name;
    }
    if (errno != EEXIST)
      throw Error(errno == ENOSPC ? ErrorCode::kResourceExhausted : ErrorCode::kUnavailable,
                  "cannot make " + (all / name).string() + ": " + std::strerror(errno));
  }
}

void submit(const fs::path& staging_folder, const ArtifactRequest& request) {
  json value = {{"kind", name_of(request.kind)}, {"name", request.name}};
  if (request.kind != ArtifactRequest::Kind::kUse) {
    value.update({{"type", request.type},
                  {"description", request.description},
                  {"metadata", request.metadata_json},
                  {"aliases", request.aliases},
                  {"tags", request.tags},
                  {"references", request.references},
                  {"known_references", json_of(request.known_references)},
                  {"source", request.source.string()}});
    if (request.ttl_s) value["ttl_s"] = *request.ttl_s;
  }
  write_json(staging_folder / kRequest, value);
}

std::vector<fs::path> pending_requests(const fs::path& writer_directory) {
  std::vector<fs::path> folders;
  std::error_code failed;
  fs::directory_iterator at(writer_directory / kFolder, failed), end;
  for (; !failed && at != end; at.increment(failed)) {
    std::error_code none;
    if (fs::exists(at->path() / kRequest, none) && !fs::exists(at->path() / kResult, none))
      folders.push_back(at->path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

ArtifactRequest read_request(const fs::path& staging_folder) {
  const json value = read_json(staging_folder / kRequest);
  try {
    ArtifactRequest request;
    request.kind = kind_of(value);
    value.at("name").get_to(request.name);
    if (request.kind == ArtifactRequest::Kind::kUse) return request;
    value.at("type").get_to(request.type);
    value.at("description").get_to(request.description);
    value.at("metadata").get_to(request.metadata_json);
    value.at("aliases").get_to(request.aliases);
    value.at("tags").get_to(request.tags);
    value.at("references").get_to(request.references);
    request.known_references = references_of(value);
    if (value.contains("ttl_s")) request.ttl_s = value.at("ttl_s").get<std::uint64_t>();
    if (const auto source = value.at("source").get<std::string>(); !source.empty())
      request.source = staging_folder / source;  // an absolute one stays itself
    return request;
  } catch (const json::exception& error) {
    throw Error(ErrorCode::kDataLoss, (staging_folder / kRequest).string() + " is damaged",
                error.what());
  }
}

void conclude(const fs::path& staging_folder, const ArtifactResult& result) {
  write_json(staging_folder / kResult, {{"version", result.version}, {"error", result.error}});
  std::error_code none;
  fs::remove_all(staging_folder / kCopies, none);
}

std::optional<ArtifactResult> read_result(const fs::path& staging_folder) {
  std::error_code none;
  if (!fs::exists(staging_folder / kResult, none)) return std::nullopt;
  const json value = read_json(staging_folder / kResult);
  return ArtifactResult{value.value("version", ""), value.value("error", "")};
}

}  // namespace tracker::spool
