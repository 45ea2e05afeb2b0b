#include <memory>
#include <optional>

#include <tracker/error.hpp>

#include "cli/artifact.hpp"
#include "cli/artifact_view.hpp"
#include "cli/confirm.hpp"
#include "cli/output.hpp"
#include "cli/period.hpp"
#include "cli/text.hpp"

// artifact alias, artifact rm, artifact restore, artifact set.
namespace tracker::cli {
namespace {

using Artifacts = relay::ArtifactsClient::Stub;

struct Aliasing {
  std::string name, project;
  std::vector<std::string> aliases;
  bool remove = false;
};

struct Removing {
  std::vector<std::string> names;
  std::string project, grace;
  bool yes = false, with_aliases = false;
};

struct Setting {
  std::string name, project, description, metadata, ttl;
  std::vector<std::string> tags, removed_tags;
  bool json = false;
};

int remove_aliases(const std::string& server, const Aliasing& aliasing) {
  const auto collection = collection_ref(aliasing.name, aliasing.project);
  const auto client = artifacts_client(server);
  Speaker out;
  for (const auto& alias : aliasing.aliases) {
    v1::RemoveAliasRequest request;
    request.set_project(collection.project());
    request.set_name(collection.name());
    request.set_alias(alias);
    client.call(&Artifacts::RemoveAlias, request);
    out.say(printable(collection.project() + '/' + collection.name()) + " has no alias " +
            printable(alias) + " any more");
  }
  return kDone;
}

int set_aliases(const std::string& server, const Aliasing& aliasing) {
  if (aliasing.remove) return remove_aliases(server, aliasing);
  const auto client = artifacts_client(server);
  Speaker out;
  for (const auto& alias : aliasing.aliases) {
    v1::SetAliasRequest request;
    *request.mutable_ref() = artifact_ref(aliasing.name, aliasing.project);
    request.set_alias(alias);
    const auto version = client.call(&Artifacts::SetAlias, request);
    out.say(printable(version.project() + '/' + version.name() + ':' + alias + " is v" +
                      std::to_string(version.number())));
  }
  return kDone;
}

// All of them are looked up before any is deleted. What the user confirms is what goes: the
// versions' ids are deleted, though an alias may move meanwhile.
int remove_versions(const std::string& server, const Removing& removing) {
  std::optional<std::uint64_t> grace;
  if (!removing.grace.empty()) grace = parse_period(removing.grace, "--grace");
  const auto client = artifacts_client(server);
  std::vector<v1::ArtifactVersion> found;
  for (const auto& name : removing.names) {
    if (!names_a_version(name))
      throw Error(ErrorCode::kInvalidArgument,
                  "which version? Write " + name + ":v3, or " + name + ":latest");
    v1::GetVersionRequest request;
    *request.mutable_ref() = artifact_ref(name, removing.project);
    found.push_back(client.call(&Artifacts::GetVersion, request));
  }
  confirm(found.size() == 1 ? "Delete " + version_name(found[0]) + "?"
                            : "Delete " + std::to_string(found.size()) + " versions?",
          removing.yes ? Confirmed::kYes : Confirmed::kAsk);
  Speaker out;
  for (const auto& version : found) {
    v1::DeleteVersionRequest request;
    request.mutable_ref()->set_id(version.id());
    request.set_delete_aliases(removing.with_aliases);
    if (grace) request.set_grace_s(*grace);
    const auto deleted = client.call(&Artifacts::DeleteVersion, request).version();
    const std::string name = printable(version_name(version));
    out.say("deleted " + name +
            (grace == 0u ? std::string(", for good")
                         : ", can be brought back until " + minute_text(deleted.purge_at_us()) +
                               ": tracker artifact restore " + name));
  }
  return kDone;
}

int restore_versions(const std::string& server, const Removing& restoring) {
  const auto client = artifacts_client(server);
  Speaker out;
  for (const auto& name : restoring.names) {
    v1::RestoreVersionRequest request;
    *request.mutable_ref() = artifact_ref(name, restoring.project);
    out.say("restored " +
            printable(version_name(client.call(&Artifacts::RestoreVersion, request))));
  }
  return kDone;
}

int set(const std::string& server, const Setting& setting, const CLI::App& command) {
  v1::UpdateVersionRequest request;
  *request.mutable_ref() = artifact_ref(setting.name, setting.project);
  if (command.count("--description") > 0) request.set_description(setting.description);
  if (command.count("--metadata") > 0) request.set_metadata_json(setting.metadata);
  if (!setting.ttl.empty())
    request.set_ttl_s(setting.ttl == "forever" ? 0 : parse_period(setting.ttl, "--ttl"));
  *request.mutable_add_tags() = {setting.tags.begin(), setting.tags.end()};
  *request.mutable_remove_tags() = {setting.removed_tags.begin(), setting.removed_tags.end()};
  const auto version = artifacts_client(server).call(&Artifacts::UpdateVersion, request);
  Output out;
  out.write(setting.json ? json_text(version_json(version)) : version_table({version}));
  out.commit();
  return kDone;
}

void add_removal(Program& program, CLI::App& artifact) {
  auto* rm =
      artifact.add_subcommand("rm", "Delete versions; they can be brought back for a while.");
  const auto removing = std::make_shared<Removing>();
  rm->add_option("NAME", removing->names, "[PROJECT/]NAME:VERSION")->required();
  add_project_option(*rm, removing->project);
  rm->add_flag("--yes", removing->yes, "do not ask");
  rm->add_flag("--with-aliases", removing->with_aliases,
               "also one that has aliases of its own, with these");
  rm->add_option("--grace", removing->grace,
                 "how long it can be brought back, as 7d (the default), 12h or 0")
      ->type_name("PERIOD");
  rm->callback([&program, removing] {
    program.action = [&program, removing] { return remove_versions(program.server, *removing); };
  });

  auto* restore = artifact.add_subcommand("restore", "Bring deleted versions back.");
  const auto restoring = std::make_shared<Removing>();
  restore->add_option("NAME", restoring->names, "[PROJECT/]NAME:v3")->required();
  add_project_option(*restore, restoring->project);
  restore->callback([&program, restoring] {
    program.action = [&program, restoring] { return restore_versions(program.server, *restoring); };
  });
}

void add_setting(Program& program, CLI::App& artifact) {
  auto* command = artifact.add_subcommand("set", "Change what is said about a version.");
  const auto setting = std::make_shared<Setting>();
  command->add_option("NAME", setting->name, "[PROJECT/]NAME[:VERSION]")->required();
  add_project_option(*command, setting->project);
  command->add_option("--description", setting->description, "Markdown")->type_name("TEXT");
  command->add_option("--metadata", setting->metadata, "a JSON object")->type_name("JSON");
  command->add_option("--tag", setting->tags, "labels to add")->delimiter(',')->type_name("T,…");
  command->add_option("--remove-tag", setting->removed_tags, "labels to take away")
      ->delimiter(',')
      ->type_name("T,…");
  command->add_option("--ttl", setting->ttl, "deleted when so old, as 30d, or forever")
      ->type_name("PERIOD");
  command->add_flag("--json", setting->json, "an object, for scripts");
  command->callback([&program, setting, command] {
    program.action = [&program, setting, command] {
      return set(program.server, *setting, *command);
    };
  });
}

}  // namespace

void add_artifact_edit(Program& program, CLI::App& artifact) {
  auto* command = artifact.add_subcommand("alias", "Let names point to a version.");
  const auto aliasing = std::make_shared<Aliasing>();
  command->add_option("NAME", aliasing->name, "[PROJECT/]NAME:VERSION; without a VERSION, latest")
      ->required();
  command->add_option("ALIAS", aliasing->aliases, "the names")->required();
  add_project_option(*command, aliasing->project);
  command->add_flag("--remove", aliasing->remove, "take the names away, whatever they point to");
  command->callback([&program, aliasing] {
    program.action = [&program, aliasing] { return set_aliases(program.server, *aliasing); };
  });
  add_removal(program, artifact);
  add_setting(program, artifact);
}

}  // namespace tracker::cli
