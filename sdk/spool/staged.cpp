#include "spool/staged.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
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
  const std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in.is_open() || text.bad())
    throw Error(ErrorCode::kUnavailable, "cannot read " + file.string() + "; check its disk");
  json value = json::parse(text.str(), nullptr, false);
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

ArtifactRequest::Kind request_kind_of(const json& request) {
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

// Whoever is behind comes later, also when folders before it were taken back.
unsigned long number_behind_all(const fs::path& all) {
  unsigned long number = 0;
  std::error_code failed;
  for (fs::directory_iterator at(all, failed), end; !failed && at != end; at.increment(failed)) {
    const std::string name = at->path().filename();
    unsigned long used = 0;
    const auto [rest, none] = std::from_chars(name.data(), name.data() + name.size(), used);
    if (none == std::errc() && rest == name.data() + name.size())
      number = std::max(number, used + 1);
  }
  return number;
}

// Folders with a request, oldest first.
std::vector<fs::path> requests(const fs::path& writer_directory) {
  std::vector<fs::path> folders;
  std::error_code failed, none;
  fs::directory_iterator at(writer_directory / kFolder, failed), end;
  for (; !failed && at != end; at.increment(failed))
    if (fs::exists(at->path() / kRequest, none)) folders.push_back(at->path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace

fs::path new_staging_folder(const fs::path& writer_directory) {
  const fs::path all = writer_directory / kFolder;
  if (::mkdir(all.c_str(), 0700) == 0) base::sync_directory(writer_directory);
  for (unsigned long number = number_behind_all(all);; ++number) {
    std::string name = std::to_string(number);
    name.insert(0, name.size() < 6 ? 6 - name.size() : 0, '0');
    if (::mkdir((all / name).c_str(), 0700) == 0) {
      base::sync_directory(all);
      return all / name;
    }
    if (errno != EEXIST)
      throw Error(errno == ENOSPC || errno == EDQUOT ? ErrorCode::kResourceExhausted
                                                     : ErrorCode::kUnavailable,
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

void discard(const fs::path& staging_folder) noexcept {
  // The request first: nobody should take up what is half gone.
  std::error_code none;
  fs::remove(staging_folder / kRequest, none);
  fs::remove_all(staging_folder, none);
}

std::vector<fs::path> pending_requests(const fs::path& writer_directory) {
  auto folders = requests(writer_directory);
  std::error_code none;
  std::erase_if(folders, [&](const fs::path& at) { return fs::exists(at / kResult, none); });
  return folders;
}

StagedRequest staged_request(const fs::path& staging_folder) {
  StagedRequest request;
  request.folder = staging_folder;
  try {
    request.name = read_json(staging_folder / kRequest).value("name", "");
  } catch (const std::exception&) {
    request.name.clear();  // its result tells what is wrong with it
  }
  try {
    request.result = read_result(staging_folder);
  } catch (const std::exception& error) {
    request.result = ArtifactResult{"", error.what()};
  }
  std::error_code none;
  if (fs::exists(staging_folder / kCopies, none)) request.copies = staging_folder / kCopies;
  return request;
}

std::vector<StagedRequest> staged_requests(const fs::path& writer_directory) {
  std::vector<StagedRequest> all;
  for (const fs::path& folder : requests(writer_directory)) all.push_back(staged_request(folder));
  return all;
}

std::string refusal_line(const StagedRequest& request) {
  const std::string why = request.result ? request.result->error : "";
  if (request.copies.empty()) return why;
  return why + "; its files are kept in " + request.copies.string() +
         ": put them with `tracker artifact put`, or remove them";
}

bool keeps_refused_copies(const fs::path& writer_directory) {
  const auto all = staged_requests(writer_directory);
  return std::any_of(all.begin(), all.end(), [](const StagedRequest& request) {
    return request.refused() && !request.copies.empty();
  });
}

ArtifactRequest read_request(const fs::path& staging_folder) {
  const json value = read_json(staging_folder / kRequest);
  try {
    ArtifactRequest request;
    request.kind = request_kind_of(value);
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
  if (result.version.empty()) return;
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
