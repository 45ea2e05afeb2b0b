// What is known of a writer, and where it is read when the file that says so is gone.
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include <tracker/error.hpp>

#include "base/atomic_file.hpp"
#include "spool/layout.hpp"
#include "spool/reader.hpp"
#include "spool/segment.hpp"

namespace tracker::spool {
namespace fs = std::filesystem;
namespace {

constexpr int kLevels = 3;  // a writer's directory lies in a run's, in runs, in the tracker's

WriterInfo parse_info(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    throw Error(ErrorCode::kNotFound, file.string() + " is not there: not a run's directory");
  std::string text(64 << 10, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  try {
    const auto json = nlohmann::json::parse(text);
    WriterInfo info;
    json.at("run_id").get_to(info.run_id);
    json.at("writer_id").get_to(info.writer_id);
    json.at("project").get_to(info.project);
    json.at("name").get_to(info.name);
    json.at("server").get_to(info.server);
    json.at("created_us").get_to(info.created_us);
    info.resume = json.value("resume", "");
    return info;
  } catch (const nlohmann::json::exception& e) {
    throw Error(ErrorCode::kDataLoss, file.string() + " is damaged", e.what());
  }
}

// What the log says of itself; nothing if it has no beginning any more, or none yet.
std::optional<WriterInfo> info_of_log(const fs::path& writer_directory) {
  try {
    const std::vector<Offset> bases = list_segments(writer_directory);
    if (bases.empty() || bases.front() != Offset{0}) return std::nullopt;
    auto first = Reader(writer_directory, Offset{0}).next();
    const auto* entry = std::get_if<Entry>(&first);
    const auto* start = entry != nullptr ? std::get_if<RunStart>(&entry->record) : nullptr;
    if (start == nullptr) return std::nullopt;
    return WriterInfo{
        start->run_id, start->writer_id, start->project, start->name, "", start->started_us, ""};
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

void write_info(const fs::path& writer_directory, const WriterInfo& info) {
  const nlohmann::json json = {{"run_id", info.run_id},   {"writer_id", info.writer_id},
                               {"project", info.project}, {"name", info.name},
                               {"server", info.server},   {"created_us", info.created_us},
                               {"resume", info.resume}};
  base::write_file_atomically(
      writer_directory / "run.json",
      json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", 0600);
  fs::path above = writer_directory;
  for (int i = 0; i < kLevels; ++i) base::sync_directory(above = above.parent_path());
}

WriterInfo read_info_file(const fs::path& writer_directory) {
  return parse_info(writer_directory / "run.json");
}

WriterInfo read_info(const fs::path& writer_directory) {
  try {
    return read_info_file(writer_directory);
  } catch (const Error&) {
    if (const auto info = info_of_log(writer_directory)) return *info;
    throw;
  }
}

}  // namespace tracker::spool
