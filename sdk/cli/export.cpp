#include <memory>
#include <unordered_set>

#include "cli/history_writer.hpp"
#include "cli/output.hpp"
#include "cli/program.hpp"
#include "cli/runs_client.hpp"
#include "cli/settings.hpp"

namespace tracker::cli {
namespace {

struct ExportOptions {
  std::string run, format, output;
  std::vector<std::string> keys;
};

std::unique_ptr<HistoryWriter> make_writer(const std::string& format, Output& output) {
  if (format == "csv") return make_csv_writer(output);
  if (format == "parquet") return make_parquet_writer(output);
  return make_jsonl_writer(output);
}

// A table's columns must be known before its first row, and a batch only names the keys that it
// has. So the history is read twice rather than held in memory.
std::vector<std::string> all_keys(RunsClient& client, const std::string& run) {
  std::vector<std::string> keys;
  std::unordered_set<std::string> seen;
  client.history(run, {}, [&](const HistoryBatch& batch) {
    for (const auto& column : batch.columns) {
      if (seen.insert(column.key).second) keys.push_back(column.key);
    }
  });
  return keys;
}

int export_run(const std::string& server, const ExportOptions& options) {
  RunsClient client(connect(server_url(server)));
  // By id from here on: a name may be given to another run while we read.
  const std::string run = client.run(options.run).id();
  Output output =
      options.output.empty() || options.output == "-" ? Output() : Output(options.output);
  const auto writer = make_writer(options.format, output);
  std::vector<std::string> keys = options.keys;
  if (keys.empty() && writer->needs_keys()) keys = all_keys(client, run);
  writer->begin(keys);
  client.history(run, keys, [&](const HistoryBatch& batch) { writer->batch(batch); });
  writer->end();
  output.commit();
  return kDone;
}

}  // namespace

void add_export(Program& program) {
  auto* command =
      program.app.add_subcommand("export", "Write a run's full history: every step, every value.");
  const auto options = std::make_shared<ExportOptions>();
  command->add_option("RUN", options->run, "its id, or project/name")->required();
  command->add_option("--format", options->format, "jsonl, csv or parquet")
      ->required()
      ->check(CLI::IsMember({"jsonl", "csv", "parquet"}))
      ->type_name("FORMAT");
  command->add_option("--keys", options->keys, "only these metrics: a,b or a b")
      ->delimiter(',')
      ->type_name("KEY");
  command->add_option("--output,-o", options->output, "a file instead of standard output")
      ->type_name("FILE");
  command->callback([&program, options] {
    program.action = [&program, options] { return export_run(program.server, *options); };
  });
}

}  // namespace tracker::cli
