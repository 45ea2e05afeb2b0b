#include "cli/artifact.hpp"

#include <tracker/error.hpp>

#include "artifact/names.hpp"
#include "cli/connection.hpp"
#include "cli/settings.hpp"

namespace tracker::cli {

void add_project_option(CLI::App& command, std::string& project) {
  command.add_option("--project", project, "of a name that does not say it")->type_name("P");
}

bool names_a_version(const std::string& text) {
  return text.find(':', text.rfind('/') + 1) != std::string::npos;
}

v1::ArtifactRef artifact_ref(const std::string& text, const std::string& project) {
  const artifact::Name name = artifact::parse_name(text);
  v1::ArtifactRef ref;
  ref.set_project(name.project.empty() ? project : name.project);
  ref.set_name(name.collection);
  ref.set_version(name.ref);
  if (ref.project().empty())
    throw Error(ErrorCode::kInvalidArgument, "of which project? Write PROJECT/" + name.collection +
                                                 ", or name it with --project");
  return ref;
}

v1::ArtifactRef collection_ref(const std::string& text, const std::string& project) {
  if (names_a_version(text))
    throw Error(ErrorCode::kInvalidArgument, "a name without a version is wanted: " + text);
  return artifact_ref(text, project);
}

relay::ArtifactsClient artifacts_client(const std::string& server) {
  const Connection connection = connect(server_url(server));
  return {connection.url, connection.channel};
}

void add_artifact(Program& program) {
  auto* artifact = program.app.add_subcommand(
      "artifact", "Versioned files that runs made or used: put, get, ls, verify, alias, rm.");
  artifact->require_subcommand(1);
  add_artifact_put(program, *artifact);
  add_artifact_get(program, *artifact);
  add_artifact_list(program, *artifact);
  add_artifact_verify(program, *artifact);
  add_artifact_edit(program, *artifact);
  add_artifact_lineage(program, *artifact);
}

}  // namespace tracker::cli
