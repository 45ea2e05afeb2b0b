#include <fmt/format.h>

#include <memory>

#include <tracker/error.hpp>

#include "artifact/compare.hpp"
#include "cli/artifact.hpp"
#include "cli/artifact_view.hpp"
#include "cli/output.hpp"
#include "cli/stop_on_signal.hpp"
#include "cli/text.hpp"
#include "cli/transfer_progress.hpp"
#include "relay/artifacts/download.hpp"

// artifact verify.
namespace tracker::cli {
namespace {

using artifact::Difference;
using nlohmann::ordered_json;

struct Verifying {
  std::string name, project, folder;
  bool json = false;
};

const char* kind_name(Difference::Kind kind) {
  switch (kind) {
    case Difference::Kind::kMissing:
      return "missing";
    case Difference::Kind::kChanged:
      return "changed";
    case Difference::Kind::kExtra:
      return "extra";
  }
  return "";
}

std::string line_of(const Difference& difference) {
  std::string line = fmt::format("{}  {}", kind_name(difference.kind), printable(difference.path));
  if (difference.kind == Difference::Kind::kChanged)
    line += fmt::format("  (first in bytes {} to {})", difference.where.from, difference.where.to);
  return line + "\n";
}

ordered_json json_of(const Difference& difference) {
  ordered_json json{{"path", difference.path}, {"problem", kind_name(difference.kind)}};
  if (difference.kind == Difference::Kind::kChanged) {
    json["from"] = difference.where.from;
    json["to"] = difference.where.to;
  }
  return json;
}

// Files that the version does not have are told, and are no fault: a folder may hold more.
int report(const Verifying& verifying, const v1::ArtifactVersion& version,
           const std::vector<Difference>& differences) {
  std::size_t faults = 0;
  for (const auto& difference : differences)
    faults += difference.kind == Difference::Kind::kExtra ? 0 : 1;
  Output out;
  if (verifying.json) {
    auto list = ordered_json::array();
    for (const auto& difference : differences) list.push_back(json_of(difference));
    out.write(json_text({{"version", version_json(version)},
                         {"ok", faults == 0},
                         {"differences", std::move(list)}}));
  } else {
    for (const auto& difference : differences) out.write(line_of(difference));
    out.write(fmt::format("{}  {}: {} file{}, {}\n", printable(version_name(version)),
                          faults == 0 ? "right" : fmt::format("{} wrong", faults), version.files(),
                          version.files() == 1 ? "" : "s", bytes_text(version.size_bytes())));
  }
  out.commit();
  return faults == 0 ? kDone : kFailed;
}

int verify(const std::string& server, const Verifying& verifying) {
  const StopOnSignal stop;
  const auto client = artifacts_client(server);
  relay::DownloadProgress progress;
  relay::DownloadOptions options;
  options.stop = stop.token();
  options.progress = &progress;
  const auto version =
      relay::get_manifest(client, artifact_ref(verifying.name, verifying.project), options);
  std::vector<Difference> differences;
  {
    const TransferProgress screen = show(progress);
    if (verifying.folder.empty()) {
      relay::check_stored(client, version, options);
    } else {
      progress.bytes_total = version.version.size_bytes();
      differences =
          artifact::compare_folder(verifying.folder, version.manifest, [&](std::uint64_t bytes) {
            progress.bytes_here += bytes;
            if (stop.token().stop_requested()) throw Error(ErrorCode::kUnavailable, "interrupted");
          });
    }
  }
  return report(verifying, version.version, differences);
}

}  // namespace

void add_artifact_verify(Program& program, CLI::App& artifact) {
  auto* command = artifact.add_subcommand(
      "verify", "Check every byte of a folder against a version, or of what the server stores.");
  const auto verifying = std::make_shared<Verifying>();
  command->add_option("NAME", verifying->name, "[PROJECT/]NAME[:VERSION]")->required();
  command->add_option("DIR", verifying->folder, "the folder (else the server's chunks)");
  add_project_option(*command, verifying->project);
  command->add_flag("--json", verifying->json, "an object, for scripts");
  command->callback([&program, verifying] {
    program.action = [&program, verifying] { return verify(program.server, *verifying); };
  });
}

}  // namespace tracker::cli
