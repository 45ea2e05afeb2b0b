#include "auth/artifact_guard.hpp"

#include <map>
#include <set>

#include "storage/access.hpp"
#include "storage/artifacts/uploads.hpp"
#include "storage/runs.hpp"

namespace tracker::auth {
namespace {

// Which projects of these names the caller sees, asked once each.
class Seen {
 public:
  Seen(Guard& guard, storage::Database& database) : guard_(guard), database_(database) {}
  bool operator()(const std::string& project) {
    const auto found = known_.find(project);
    if (found != known_.end()) return found->second;
    const auto id = storage::find_any_project(database_, project);
    return known_[project] = id && guard_.role_in(*id);
  }

 private:
  Guard& guard_;
  storage::Database& database_;
  std::map<std::string, bool> known_;
};

// Deleted ones too: whether one was deleted is told to those who may see it.
storage::ArtifactVersion by_id(storage::Database& database, const storage::ArtifactRef& ref) {
  return storage::find_version(database, ref, storage::DeletedVersions::kFound);
}

}  // namespace

storage::ArtifactVersion shown_version(Guard& guard, storage::Database& database,
                                       const storage::ArtifactRef& ref,
                                       storage::DeletedVersions deleted) {
  if (ref.id) {
    const auto project = storage::find_any_project(database, by_id(database, ref).project);
    guard.project(project.value_or(core::ProjectId()), storage::no_such_version(ref).what());
  } else {
    guard.project(ref.project);
  }
  return storage::find_version(database, ref, deleted);
}

storage::ArtifactVersion visible_version(Guard& guard, storage::Database& database,
                                         const storage::ArtifactRef& ref) {
  Seen seen(guard, database);
  const auto project = ref.id ? by_id(database, ref).project : ref.project;
  if (!seen(project))
    throw ref.id ? storage::no_such_version(ref) : storage::no_such_project(project);
  return storage::find_version(database, ref);
}

bool show_upload(Guard& guard, storage::Database& database, storage::ArtifactUploadId upload) {
  const auto project = storage::project_of_upload(database, upload);
  if (project) guard.project(*project, storage::no_such_upload(upload).what());
  return project.has_value();
}

void keep_visible(Guard& guard, storage::Database& database, storage::Lineage& lineage) {
  Seen seen(guard, database);
  std::set<core::Uuid> kept;
  std::erase_if(lineage.versions, [&](const auto& one) { return !seen(one.project); });
  std::erase_if(lineage.runs, [&](const auto& one) { return !seen(one.project); });
  for (const auto& one : lineage.versions) kept.insert(one.id.uuid());
  for (const auto& one : lineage.runs) kept.insert(one.id.uuid());
  std::erase_if(lineage.edges, [&](const auto& edge) {
    return !kept.contains(edge.run.uuid()) || !kept.contains(edge.version.uuid());
  });
}

void keep_visible(Guard& guard, storage::Database& database,
                  std::vector<storage::ArtifactVersion>& versions) {
  Seen seen(guard, database);
  std::erase_if(versions, [&](const auto& one) { return !seen(one.project); });
}

}  // namespace tracker::auth
