#include "storage/members.hpp"

#include "storage/accounts.hpp"

namespace tracker::storage {
namespace {

// A row for each user and for each project of a team, one without either for each team.
constexpr const char* kTeams = R"sql(
  SELECT name, 0, '', NULL::uuid, 0 FROM team
  UNION ALL
  SELECT t.name, 1, a.name, NULL, 0 FROM team t
  JOIN team_member m ON m.team_id = t.id JOIN account a ON a.id = m.account_id
  UNION ALL
  SELECT t.name, 2, p.name, p.id, m.role::integer FROM team t
  JOIN project_member m ON m.team_id = t.id JOIN project p ON p.id = m.project_id
  WHERE p.deleted_us IS NULL
  ORDER BY 1, 2, 3)sql";
constexpr const char* kMakeTeam = R"sql(
  INSERT INTO team (id, name, created_us) VALUES (gen_random_uuid(), $1, $2) ON CONFLICT DO NOTHING)sql";
constexpr const char* kJoin = R"sql(
  INSERT INTO team_member (team_id, account_id)
  SELECT t.id, a.id FROM team t, account a WHERE t.name = $1 AND a.name = $2 ON CONFLICT DO NOTHING)sql";
constexpr const char* kLeave = R"sql(
  DELETE FROM team_member m USING team t, account a
  WHERE m.team_id = t.id AND m.account_id = a.id AND t.name = $1 AND a.name = $2)sql";
constexpr const char* kIsIn = R"sql(
  SELECT FROM team_member m JOIN team t ON t.id = m.team_id WHERE t.name = $1 AND m.account_id = $2)sql";
constexpr const char* kTeamProjects = R"sql(
  SELECT p.name, p.id, m.role::integer FROM project_member m
  JOIN team t ON t.id = m.team_id JOIN project p ON p.id = m.project_id
  WHERE t.name = $1 AND p.deleted_us IS NULL ORDER BY p.name)sql";

constexpr const char* kMembers = R"sql(
  SELECT false, a.name, m.role::integer FROM project_member m JOIN account a ON a.id = m.account_id
  WHERE m.project_id = $1
  UNION ALL
  SELECT true, t.name, m.role::integer FROM project_member m JOIN team t ON t.id = m.team_id
  WHERE m.project_id = $1
  ORDER BY 1, 2)sql";
constexpr const char* kShareUser = R"sql(
  INSERT INTO project_member (project_id, account_id, role) SELECT $1, id, $3 FROM account WHERE name = $2
  ON CONFLICT (project_id, account_id) DO UPDATE SET role = excluded.role)sql";
constexpr const char* kShareTeam = R"sql(
  INSERT INTO project_member (project_id, team_id, role) SELECT $1, id, $3 FROM team WHERE name = $2
  ON CONFLICT (project_id, team_id) DO UPDATE SET role = excluded.role)sql";
constexpr const char* kUnshareUser = R"sql(
  DELETE FROM project_member m USING account a WHERE m.project_id = $1 AND m.account_id = a.id AND a.name = $2)sql";
constexpr const char* kUnshareTeam = R"sql(
  DELETE FROM project_member m USING team t WHERE m.project_id = $1 AND m.team_id = t.id AND t.name = $2)sql";

enum class TeamRow { kTeam, kUser, kProject };  // second column of kTeams

// Name, id and role of a project, from that column on.
TeamProject team_project(const PgResult& rows, std::size_t row, int column) {
  return {core::ProjectId(run_id_of(rows.bytes(row, column + 1)).uuid()),
          std::string(rows.bytes(row, column)),
          static_cast<core::Role>(rows.integer(row, column + 2))};
}

Error no_such_team(std::string_view name) {
  return {ErrorCode::kNotFound, "there is no team `" + std::string(name) + "`"};
}

bool has_team(PgConnection& connection, std::string_view name) {
  return connection.run("SELECT 1 FROM team WHERE name = $1", PgParams().text(name)).rows() > 0;
}

void check_named(PgConnection& connection, MemberKind kind, std::string_view name) {
  if (kind == MemberKind::kTeam) {
    if (!has_team(connection, name)) throw no_such_team(name);
    return;
  }
  if (connection.run("SELECT 1 FROM account WHERE name = $1", PgParams().text(name)).rows() == 0)
    throw no_such_user(name);
}

}  // namespace

std::vector<Team> list_teams(Database& database) {
  const PgResult rows = database.pg()->run(kTeams);
  std::vector<Team> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto what = static_cast<TeamRow>(rows.integer(i, 1));
    if (what == TeamRow::kTeam)
      out.push_back({std::string(rows.bytes(i, 0)), {}, {}});
    else if (what == TeamRow::kUser)
      out.back().users.emplace_back(rows.bytes(i, 2));
    else
      out.back().projects.push_back(team_project(rows, i, 2));
  }
  return out;
}

void make_team(Database& database, std::string_view name, const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    if (connection.run(kMakeTeam, PgParams().text(name).bigint(entry.at_us)).affected() == 0)
      throw Error(ErrorCode::kAlreadyExists, "there is a team `" + std::string(name) + "` already");
  });
}

void remove_team(Database& database, std::string_view name, const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    if (connection.run("DELETE FROM team WHERE name = $1", PgParams().text(name)).affected() == 0)
      throw no_such_team(name);
  });
}

void join_team(Database& database, std::string_view team, std::string_view user,
               const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    check_named(connection, MemberKind::kTeam, team);
    check_named(connection, MemberKind::kUser, user);
    connection.run(kJoin, PgParams().text(team).text(user));
  });
}

void leave_team(Database& database, std::string_view team, std::string_view user,
                const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    if (connection.run(kLeave, PgParams().text(team).text(user)).affected() == 0)
      throw Error(ErrorCode::kNotFound, "there is no user `" + std::string(user) + "` in a team `" +
                                            std::string(team) + "`");
  });
}

std::vector<TeamProject> list_team_projects(Database& database, std::string_view team,
                                            std::optional<core::UserId> member) {
  const Database::PgLease connection = database.pg();
  const bool there =
      member ? connection->run(kIsIn, PgParams().text(team).uuid(member->uuid().bytes)).rows() > 0
             : has_team(*connection, team);
  if (!there) throw no_such_team(team);
  const PgResult rows = connection->run(kTeamProjects, PgParams().text(team));
  std::vector<TeamProject> out;
  for (std::size_t i = 0; i < rows.rows(); ++i) out.push_back(team_project(rows, i, 0));
  return out;
}

std::vector<Member> list_members(Database& database, core::ProjectId project) {
  const PgResult rows = database.pg()->run(kMembers, PgParams().uuid(project.uuid().bytes));
  std::vector<Member> out;
  for (std::size_t i = 0; i < rows.rows(); ++i)
    out.push_back({rows.boolean(i, 0) ? MemberKind::kTeam : MemberKind::kUser,
                   std::string(rows.bytes(i, 1)), static_cast<core::Role>(rows.integer(i, 2))});
  return out;
}

void share_project(Database& database, core::ProjectId project, const Member& member,
                   const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    check_named(connection, member.kind, member.name);
    connection.run(member.kind == MemberKind::kTeam ? kShareTeam : kShareUser,
                   PgParams()
                       .uuid(project.uuid().bytes)
                       .text(member.name)
                       .smallint(static_cast<std::int16_t>(member.role)));
  });
}

void unshare_project(Database& database, core::ProjectId project, MemberKind kind,
                     std::string_view name, const AuditEntry& entry) {
  audited(database, entry, [&](PgConnection& connection) {
    const auto gone = connection.run(kind == MemberKind::kTeam ? kUnshareTeam : kUnshareUser,
                                     PgParams().uuid(project.uuid().bytes).text(name));
    if (gone.affected() == 0)
      throw Error(ErrorCode::kNotFound,
                  "the project is not shared with `" + std::string(name) + "`");
  });
}

}  // namespace tracker::storage
