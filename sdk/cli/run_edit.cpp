#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <tracker/error.hpp>
#include <tracker/json.hpp>

#include "cli/admin_client.hpp"
#include "cli/log_input.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/settings.hpp"
#include "cli/text.hpp"

// runs set: what people say of a run, after the fact.
namespace tracker::cli {
namespace {

struct Edit {
  std::vector<std::string> runs;
  std::optional<std::string> name, notes, group, job_type, tags;
  std::vector<std::string> add_tags, remove_tags, config, summary;
};

std::string object_of(const std::vector<std::string>& assignments) {
  Dict dict;
  for (const std::string& text : assignments) {
    auto [key, value] = parse_assignment(text);
    dict.insert_or_assign(std::move(key), std::move(value));
  }
  return to_json(dict);
}

v1::UpdateRunRequest request_of(const Edit& edit) {
  v1::UpdateRunRequest request;
  if (edit.name) request.set_name(*edit.name);
  if (edit.notes) request.set_notes(*edit.notes);
  if (edit.group) request.set_group(*edit.group);
  if (edit.job_type) request.set_job_type(*edit.job_type);
  if (edit.tags) {
    auto& tags = *request.mutable_tags();
    std::istringstream list(*edit.tags);
    for (std::string tag; std::getline(list, tag, ',');)
      if (!tag.empty()) tags.add_tags(tag);
  }
  for (const std::string& tag : edit.add_tags) request.add_add_tags(tag);
  for (const std::string& tag : edit.remove_tags) request.add_remove_tags(tag);
  if (!edit.config.empty()) request.set_config_json(object_of(edit.config));
  if (!edit.summary.empty()) request.set_summary_json(object_of(edit.summary));
  return request;
}

int change(const std::string& server, const Edit& edit) {
  if (edit.name && edit.runs.size() > 1)
    throw Error(ErrorCode::kInvalidArgument, "--name is for one run: names tell runs apart");
  v1::UpdateRunRequest request = request_of(edit);
  AdminClient admin(connect(server_url(server)));
  Speaker out;
  for (const std::string& run : edit.runs) {
    request.set_run(run);
    const auto changed = admin.call(&v1::AdminService::Stub::UpdateRun, request);
    out.say("changed " + printable(changed.project() + "/" + changed.name()) + " " + changed.id());
  }
  return kDone;
}

std::string objection_to(const std::string& assignment) {
  try {
    parse_assignment(assignment);
    return {};
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

void add_run_edit(Program& program) {
  auto* set = program.app.get_subcommand("runs")->add_subcommand(
      "set", "Change a run after the fact: name, notes, group, tags, config, summary.");
  const auto edit = std::make_shared<Edit>();
  set->add_option("RUN", edit->runs, "ids, or project/name")->required();
  set->add_option("--name", edit->name, "another name")->type_name("N");
  set->add_option("--notes", edit->notes, "instead of the notes there are; \"\" for none")
      ->type_name("TEXT");
  set->add_option("--group", edit->group, "runs of one experiment; \"\" for none")->type_name("G");
  set->add_option("--job-type", edit->job_type, "train, eval, …; \"\" for none")->type_name("J");
  set->add_option("--tags", edit->tags, "instead of the tags there are: a,b; \"\" for none")
      ->type_name("TAG");
  set->add_option("--add-tag", edit->add_tags, "one more tag; may be given again")
      ->expected(1)
      ->take_all()
      ->type_name("TAG");
  set->add_option("--rm-tag", edit->remove_tags, "a tag less; may be given again")
      ->expected(1)
      ->take_all()
      ->type_name("TAG");
  set->add_option("--config", edit->config, "merged into the config: k=v; may be given again")
      ->expected(1)
      ->take_all()
      ->check(objection_to)
      ->type_name("K=V");
  set->add_option("--summary", edit->summary, "merged into the summary: k=v; may be given again")
      ->expected(1)
      ->take_all()
      ->check(objection_to)
      ->type_name("K=V");
  set->callback([&program, edit] {
    program.action = [&program, edit] { return change(program.server, *edit); };
  });
}

}  // namespace tracker::cli
