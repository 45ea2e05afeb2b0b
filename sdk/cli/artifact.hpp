#pragma once

#include <string>
#include <vector>

#include "cli/program.hpp"
#include "relay/artifacts/client.hpp"

// `tracker artifact …`: a file for each group of its subcommands, and what they share. Names are
// those of docs/artifacts.md.
namespace tracker::cli {

void add_artifact_put(Program& program, CLI::App& artifact);
void add_artifact_get(Program& program, CLI::App& artifact);
void add_artifact_verify(Program& program, CLI::App& artifact);
void add_artifact_list(Program& program, CLI::App& artifact);
void add_artifact_lineage(Program& program, CLI::App& artifact);
void add_artifact_edit(Program& program, CLI::App& artifact);  // alias, rm, restore, set

// --project: for names that do not say it.
void add_project_option(CLI::App& command, std::string& project);

// "[PROJECT/]NAME[:REF]" with or without "tracker://" before it. Without a project it is the given
// one. Throws Error(kInvalidArgument) if the name is against the rules or there is no project.
v1::ArtifactRef artifact_ref(const std::string& text, const std::string& project);
// The same for a collection: a ":REF" is an error.
v1::ArtifactRef collection_ref(const std::string& text, const std::string& project);
// True if the text says which version it means.
bool names_a_version(const std::string& text);

relay::ArtifactsClient artifacts_client(const std::string& server);

}  // namespace tracker::cli
