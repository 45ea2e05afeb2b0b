#include "storage/projects.hpp"

#include <tracker/error.hpp>

namespace tracker::storage {
namespace {

constexpr const char* kMake = R"sql(
  INSERT INTO project (id, name, created_us) VALUES (gen_random_uuid(), $1, $2) ON CONFLICT (name) DO NOTHING)sql";
constexpr const char* kMakeAdmin = R"sql(
  INSERT INTO project_member (project_id, account_id, role) SELECT id, $2, 3 FROM project WHERE name = $1)sql";

}  // namespace

void make_project(PgConnection& connection, const ProjectWish& wish) {
  const bool made =
      connection.run(kMake, PgParams().text(wish.name).bigint(wish.now_us)).affected() > 0;
  if (!made && wish.makes)
    throw Error(ErrorCode::kUnavailable, "the project was made by somebody else just now");
  if (made && wish.creator)
    connection.run(kMakeAdmin, PgParams().text(wish.name).uuid(wish.creator->uuid().bytes));
}

}  // namespace tracker::storage
