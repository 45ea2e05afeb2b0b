#include <fmt/format.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include <tracker/error.hpp>

#include "artifact/sha256.hpp"
#include "base/atomic_file.hpp"
#include "cli/api_client.hpp"
#include "cli/media_files.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/run_view.hpp"
#include "cli/runs_client.hpp"
#include "cli/settings.hpp"
#include "cli/text.hpp"

// media ls, media get.
namespace tracker::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMediaAtOnce = 500;

struct MediaAsked {
  std::string run, key, type, output = "media";
  std::optional<std::int64_t> from, to;
  bool json = false;
};

std::string run_id(const std::string& server, const std::string& run) {
  return RunsClient(connect(server)).run(run).id();
}

// Everything of the run that was asked for, in the server's order, a page at a time.
void for_each(ApiClient& client, const std::string& run, const MediaAsked& asked,
              const std::function<void(const json&)>& take) {
  std::string path = fmt::format("runs/{}/media?limit={}", run, kMediaAtOnce);
  if (!asked.key.empty()) path += "&key=" + escaped(asked.key);
  if (!asked.type.empty()) path += "&type=" + escaped(asked.type);
  if (asked.from) path += fmt::format("&from={}", *asked.from);
  if (asked.to) path += fmt::format("&to={}", *asked.to);
  for (std::string cursor;;) {
    const json page = client.get(cursor.empty() ? path : path + "&cursor=" + escaped(cursor));
    for (const json& one : page.at("media")) take(one);
    if (page.at("next_cursor").is_null()) return;
    cursor = page.at("next_cursor").get<std::string>();
  }
}

std::string text_of(const json& one, const char* member) {
  return one.at(member).get<std::string>();
}

int list_media(const std::string& server, const MediaAsked& asked) {
  ApiClient client(server);
  json all = json::array();
  for_each(client, run_id(server, asked.run), asked, [&](const json& one) { all.push_back(one); });
  std::vector<std::vector<std::string>> rows = {{"KEY", "STEP", "TYPE", "CONTENT TYPE", "SIZE"}};
  for (const json& one : all) {
    rows.push_back({printable(text_of(one, "key")),
                    std::to_string(one.at("step").get<std::int64_t>()),
                    printable(text_of(one, "type")), printable(text_of(one, "content_type")),
                    bytes_text(one.at("bytes").get<std::uint64_t>())});
  }
  Output out;
  out.write(asked.json ? all.dump(2, ' ', false, json::error_handler_t::replace) + "\n"
                       : aligned(std::move(rows)));
  out.commit();
  return kDone;
}

void write_content(const fs::path& file, const std::string& bytes, const std::string& sha256) {
  if (artifact::sha256(bytes).hex() != sha256)
    throw Error(ErrorCode::kDataLoss, "what came for " + file.string() +
                                          " is not what the run logged: its SHA-256 is not " +
                                          sha256 +
                                          "; `tracker admin check` tells whether the store "
                                          "is damaged");
  base::write_file_atomically(file, bytes, 0666);
}

int get(const std::string& server, const MediaAsked& asked) {
  ApiClient client(server);
  const std::string run = run_id(server, asked.run);
  const fs::path folder = asked.output;
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed)
    throw Error(ErrorCode::kUnavailable,
                "cannot make the folder " + folder.string() + ": " + failed.message());
  MediaFiles files;
  Output out;
  json written = json::array();
  for_each(client, run, asked, [&](const json& one) {
    const std::string sha256 = text_of(one, "sha256");
    const fs::path file =
        folder / files.name(text_of(one, "key"), one.at("step").get<std::int64_t>(),
                            text_of(one, "content_type"));
    write_content(file, client.bytes(fmt::format("runs/{}/media/{}", run, escaped(sha256))),
                  sha256);
    json told = one;
    told["file"] = file.string();
    written.push_back(std::move(told));
    if (!asked.json) out.write(printable(file.string()) + "\n");
  });
  if (asked.json) out.write(written.dump(2, ' ', false, json::error_handler_t::replace) + "\n");
  out.commit();
  return kDone;
}

void add_choice(CLI::App& command, MediaAsked& asked) {
  command.add_option("RUN", asked.run, "an id, or project/name")->required();
  command.add_option("--key", asked.key, "only what was logged under this key")->type_name("K");
  command.add_option("--type", asked.type, "only this type: image, table, histogram, text, …")
      ->type_name("T");
  command.add_option("--from", asked.from, "from this step on")->type_name("STEP");
  command.add_option("--to", asked.to, "up to this step")->type_name("STEP");
}

}  // namespace

void add_media(Program& program) {
  auto* media = program.app.add_subcommand(
      "media", "Pictures, tables, texts and so on that a run logged: ls, get.");
  media->require_subcommand(1);
  const auto listed = std::make_shared<MediaAsked>(), got = std::make_shared<MediaAsked>();
  auto* ls = media->add_subcommand("ls", "What there is, by key and step.");
  add_choice(*ls, *listed);
  ls->add_flag("--json", listed->json, "an array of objects, for scripts");
  ls->callback([&program, listed] {
    program.action = [&program, listed] { return list_media(server_url(program.server), *listed); };
  });
  auto* into = media->add_subcommand("get", "Writes them into a folder, KEY-STEP.ENDING each.");
  add_choice(*into, *got);
  into->add_option("--output", got->output, "the folder")->type_name("DIR")->capture_default_str();
  into->add_flag("--json", got->json, "an array of objects, for scripts");
  into->callback([&program, got] {
    program.action = [&program, got] { return get(server_url(program.server), *got); };
  });
}

}  // namespace tracker::cli
