#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "api_world.hpp"
#include "http/openapi.hpp"
#include "storage/artifacts/edits.hpp"
#include "storage/deletion.hpp"

// Every route of the OpenAPI document, asked by everybody who may not: docs/access.md. What a
// parameter of a new route stands for is in parameters(), a body in body_of(): a route without them
// fails here.
namespace tracker::http {

using auth::Access;
using nlohmann::json;

inline constexpr const char* kNobody = "00000000-0000-4000-8000-000000000000";

struct Operation {
  std::string id, path;
  Method method = Method::kOther;
  json described, shared;  // the operation, and the parameters of its path
  Access access = Access::kPublic;
  std::string optional{};  // a parameter to give though it is not required
};

// Where one of several parameters must be given: each in turn.
inline const std::map<std::string, std::vector<std::string>> kOneOf = {
    {"getKeysOfRuns", {"runs", "project"}}};

inline Method method_of(const std::string& name) {
  return name == "get"      ? Method::kGet
         : name == "post"   ? Method::kPost
         : name == "put"    ? Method::kPut
         : name == "patch"  ? Method::kPatch
         : name == "delete" ? Method::kDelete
                            : Method::kOther;
}

class HttpWalk : public ApiWorld {
 protected:
  void SetUp() override {
    ApiWorld::SetUp();
    document = json::parse(openapi_document().text);
  }

  std::vector<Operation> operations() {
    std::vector<Operation> all;
    for (const auto& [path, item] : document.at("paths").items()) {
      for (const auto& [name, described] : item.items()) {
        if (name == "parameters") continue;
        Operation one{described.at("operationId"), path, method_of(name), described,
                      item.value("parameters", json::array())};
        one.access = declared(one);
        const auto choices = kOneOf.find(one.id);
        if (choices == kOneOf.end()) {
          all.push_back(std::move(one));
          continue;
        }
        for (const auto& choice : choices->second) {
          one.optional = choice;
          all.push_back(one);
        }
      }
    }
    return all;
  }
  Access declared(const Operation& one) {
    for (const auto& route : router->routes())
      if (route.pattern == one.path && route.method == one.method) return route.needs.access;
    ADD_FAILURE() << one.id << " is not served";
    return Access::kServerAdmin;
  }

  static constexpr const char* kMediaContent = "PNG";
  // What the names of parameters stand for.
  struct About {
    std::string run, project, artifact, version, view, report;
  };
  About mine_now() {
    const auto artifact = make_artifact(kMine);
    return {run_with_media().text(),
            kMine,
            artifact.name,
            artifact.version,
            make_saved(mine, storage::SavedKind::kView),
            make_saved(mine, storage::SavedKind::kReport)};
  }
  core::RunId run_with_media() {
    auto writer = storage::make_writer(*database, run_of(kMine), kMine);
    spool::Frame frame;
    frame.records = {
        spool::Media{"shot", "image", 0, storage::kNow, "image/png", "{}", kMediaContent}};
    storage::log_frame(*database, writer, frame);
    return writer.run;
  }
  std::map<std::string, std::string> parameters(const Operation& one, const About& about) {
    const bool of_artifact = one.path.starts_with("/api/v1/artifact");
    const auto in = [&](const char* part) { return one.path.find(part) != std::string::npos; };
    return {{"id", of_artifact       ? about.version
                   : in("/views/")   ? about.view
                   : in("/reports/") ? about.report
                                     : about.run},
            {"If-Match", "\"1\""},
            {"runs", about.run},
            {"project", about.project},
            {"by", "state"},
            {"name", of_artifact ? about.artifact : "vic"},
            {"path", "a/weights.bin"},
            {"alias", "best"},
            {"sha256", artifact::sha256(kMediaContent).hex()},
            {"user", "tom"},
            {"team", one.id == "getTeamProjects" ? "others" : "readers"},
            {"key", spare_key}};
  }
  std::string body_of(const std::string& operation, const About& about) {
    const auto fresh = "n" + std::to_string(++made);
    const std::map<std::string, json> bodies = {
        {"patchArtifact", {{"description", fresh}}},
        {"patchArtifactVersion", {{"description", fresh}, {"metadata", json::object()}}},
        {"postArtifactAlias", {{"alias", fresh}}},
        {"patchRun", {{"notes", fresh}, {"config", json::object()}}},
        {"postSeries", {{"runs", json::array({about.run})}, {"keys", json::array({"loss"})}}},
        {"logIn", {{"user", "eve"}, {"password", kPassword}}},
        {"useFirstStart", {{"token", "none"}, {"user", fresh}, {"password", kPassword}}},
        {"changePassword", {{"old_password", kPassword}, {"new_password", kPassword}}},
        {"postUser", {{"name", fresh}}},
        {"changeUser", {{"disabled", false}}},
        {"postTeam", {{"name", fresh}}},
        {"postTeamUser", {{"user", "vic"}}},
        {"postApiKey", {{"name", fresh}}},
        {"postView", {{"name", fresh}, {"spec", json::object()}}},
        {"putView", {{"name", fresh}, {"spec", json::object()}}},
        {"postReport", {{"name", fresh}, {"spec", json::object()}}},
        {"putReport", {{"name", fresh}, {"spec", json::object()}}},
        {"postMember", {{"name", "vic"}, {"role", "viewer"}}}};
    const auto found = bodies.find(operation);
    if (found != bodies.end()) return found->second.dump();
    ADD_FAILURE() << operation << " has a body: say which in this test";
    return {};
  }
  // What may be asked of the world before each question.
  About prepare(const Operation& one) {
    bring_back();
    spare_key = *auth::key_id(key("eve", {.name = "spare"}));
    const auto about = mine_now();
    if (one.id == "restoreRun")
      storage::delete_run(*database, core::RunId::from_text(about.run),
                          {clock.now_us(), 1'000'000});
    const storage::ArtifactRef version{
        storage::ArtifactVersionId::parse(about.version), {}, {}, {}};
    if (one.id == "restoreArtifactVersion")
      storage::delete_version(*database, version, {clock.now_us(), 1'000'000, true});
    // A version with aliases of its own is not deleted without a word about them.
    if (one.id == "deleteArtifactVersion")
      storage::remove_alias(*database, about.project, about.artifact, "best");
    return about;
  }

  Request ask(const Operation& one, const About& about) {
    Request request;
    request.method = one.method;
    request.path = one.path;
    request.client = "127.0.0.1";
    const auto known = parameters(one, about);
    auto wanted = one.shared;
    for (const auto& parameter : one.described.value("parameters", json::array()))
      wanted.push_back(parameter);
    for (auto parameter : wanted) {
      if (parameter.contains("$ref"))
        parameter = document.at(json::json_pointer(parameter["$ref"].get<std::string>().substr(1)));
      const std::string name = parameter.at("name");
      if (!parameter.value("required", false) && name != one.optional) continue;
      const auto found = known.find(name);
      if (found == known.end()) {
        ADD_FAILURE() << one.id << " needs `" << name << "`: say in this test what it stands for";
        continue;
      }
      const auto at = request.path.find("{" + name + "}");
      if (parameter.at("in") == "path")
        request.path.replace(at, name.size() + 2, found->second);
      else if (parameter.at("in") == "header")
        request.headers[lower(name)] = found->second;
      else
        request.query[name] = found->second;
    }
    if (one.described.contains("requestBody")) {
      request.headers["content-type"] = "application/json";
      request.body = body_of(one.id, about);
    }
    return request;
  }
  // The path of an operation, with one of its parameters as it is given.
  std::string path_with(const Operation& one, const About& about, const std::string& name,
                        const std::string& value) {
    auto path = one.path;
    for (const auto& [other, known] : parameters(one, about))
      if (other != name) path = replaced(path, "{" + other + "}", known);
    return path.replace(path.find("{" + name + "}"), name.size() + 2, value);
  }
  static std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
  }
  Response with_key(const Operation& one, const About& about, const std::string& key) {
    auto request = ask(one, about);
    if (!key.empty()) request.headers["authorization"] = "Bearer " + key;
    return answer(std::move(request));
  }

  static std::string replaced(std::string text, const std::string& what, const std::string& by) {
    for (std::size_t at; (at = text.find(what)) != std::string::npos;)
      text.replace(at, what.size(), by);
    return text;
  }

  json document;
  std::string spare_key = "00000000";  // its id
  int made = 0;
};

}  // namespace tracker::http
