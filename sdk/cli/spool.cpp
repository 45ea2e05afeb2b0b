#include <memory>

#include <tracker/error.hpp>

#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/spool_view.hpp"
#include "cli/text.hpp"
#include "spool/layout.hpp"

namespace tracker::cli {
namespace {

namespace fs = std::filesystem;

struct SpoolListing {
  std::vector<std::string> directories;
  bool json = false;
};

struct InspectOptions {
  std::string directory;
  bool records = false, json = false;
};

std::string json_line(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::vector<fs::path> writers_in(const std::vector<std::string>& directories) {
  std::vector<fs::path> found;
  for (const auto& directory : directories) {
    if (!fs::exists(directory))
      throw Error(ErrorCode::kNotFound, "there is no directory " + directory);
    for (auto& writer : spool::list_writers(directory)) found.push_back(std::move(writer));
  }
  if (directories.empty()) found = spool::list_writers(spool::tracker_directory());
  return found;
}

int list_spools(const SpoolListing& options) {
  std::vector<SpoolAt> spools;
  for (const auto& directory : writers_in(options.directories)) {
    try {
      spools.emplace_back(directory, spool::inspect_unacknowledged(directory));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kNotFound) throw;  // removed while we looked
    }
  }
  Output out;
  if (options.json) {
    auto all = nlohmann::ordered_json::array();
    for (const auto& spool : spools) all.push_back(spool_row(spool));
    out.write(json_text(all));
  } else {
    out.write(spool_table(spools));
  }
  out.commit();
  return kDone;
}

// A spool itself, or a run that has only one.
fs::path one_spool(const std::string& directory) {
  const auto writers = writers_in({directory});
  if (writers.empty()) throw Error(ErrorCode::kNotFound, "there is no spool in " + directory);
  if (writers.size() > 1) {
    throw Error(ErrorCode::kInvalidArgument,
                directory + " holds " + std::to_string(writers.size()) +
                    " spools: name one of those that `tracker spool ls " + directory + "` lists");
  }
  return writers.front();
}

int inspect(const InspectOptions& options) {
  const fs::path directory = one_spool(options.directory);
  Output out;
  spool::OnRecord on_record;
  if (options.records) {
    on_record = [&](const spool::Entry& entry, const std::vector<std::string>& keys) {
      out.write(options.json ? json_line(record_json(entry, keys))
                             : record_line(entry, keys) + "\n");
    };
  }
  const SpoolAt spool{directory, spool::inspect(directory, on_record)};
  if (options.json)
    out.write(options.records ? json_line(spool_json(spool)) : json_text(spool_json(spool)));
  else
    out.write((options.records ? "\n" : "") + spool_details(spool));
  out.commit();
  return state_name(spool.second) == "damaged" ? kFailed : kDone;
}

}  // namespace

void add_spool(Program& program) {
  auto* spool = program.app.add_subcommand("spool", "Look at what is kept on this machine.");
  spool->require_subcommand(1);

  auto* ls = spool->add_subcommand("ls", "The spools, oldest first.");
  const auto listing = std::make_shared<SpoolListing>();
  ls->add_option("DIR", listing->directories,
                 "spools, runs, or folders of them (else all under $TRACKER_DIR)");
  ls->add_flag("--json", listing->json, "an array of objects, for scripts");
  ls->callback(
      [&program, listing] { program.action = [listing] { return list_spools(*listing); }; });

  auto* one = spool->add_subcommand("inspect", "What is in a spool, to its last byte.");
  const auto options = std::make_shared<InspectOptions>();
  one->add_option("DIR", options->directory, "a spool, or a run that has only one")->required();
  one->add_flag("--records", options->records, "each record first, a line each");
  one->add_flag("--json", options->json,
                "an object, for scripts (with --records: a line for each, the object last)");
  one->callback([&program, options] { program.action = [options] { return inspect(*options); }; });
}

}  // namespace tracker::cli
