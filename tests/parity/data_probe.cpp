// What trainer/data makes of a source, for data_parity.py: one JSON command a line on standard
// input, one JSON answer a line on standard output. An error is {"error": "…"}.
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "config/error.hpp"
#include "data/dataset.hpp"
#include "data/selection/row_choice.hpp"
#include "data/splits/data_files.hpp"

namespace {

using nlohmann::json;
namespace data = trainer::data;

data::Selection selection_of(const json& command) {
  data::Selection selection;
  if (command.contains("samples")) selection.samples = command["samples"].get<std::size_t>();
  if (command.contains("seed")) selection.shuffle_seed = command["seed"].get<std::uint64_t>();
  if (command.contains("test_size"))
    selection.test_size = data::test_size_from(command["test_size"].get<std::string>());
  selection.stratify = command.value("stratify", false);
  return selection;
}

data::Split split_of(const json& command) {
  return command.value("part", "train") == "train" ? data::Split::kTrain : data::Split::kTest;
}

// {"do": "rows", "count": 10, "seed": 1[, "samples": 3][, "test_size": "0.2"][, "classes": […]]}
json rows(const json& command) {
  const auto count = command["count"].get<std::uint64_t>();
  const auto classes = command.value("classes", std::vector<std::int64_t>());
  const data::RowChoice choice =
      data::choose_rows(count, data::split_from(command.value("split", "train")), split_of(command),
                        selection_of(command), classes, "rows");
  if (choice.all) return "all";
  return choice.rows;
}

// {"do": "files", "paths": […]}
json files(const json& command) {
  json answer = json::object();
  for (const data::SplitFiles& split :
       data::default_splits(command["paths"].get<std::vector<std::string>>())) {
    answer[split.split] = split.files;
  }
  return answer;
}

// {"do": "read", "source": PATH, …}
json read(const json& command) {
  data::DatasetOptions options;
  options.source = command["source"].get<std::string>();
  options.config = command.value("config", "");
  options.text_column = command.value("text", "text");
  options.text_pair_column = command.value("pair", "");
  options.label_columns = command.value("labels", std::vector<std::string>{"label"});
  options.train_split = command.value("split", "");
  if (command.contains("problem"))
    options.problem_type = data::problem_type_from_name(command["problem"].get<std::string>());
  const data::Dataset dataset =
      data::read_dataset(options, split_of(command), selection_of(command));
  json answer = {{"names", dataset.label_names},
                 {"problem", data::name_of(dataset.problem_type)},
                 {"rows", json::array()}};
  for (const data::Example& row : dataset.rows) {
    json one = {{"text", row.text}};
    if (row.text_pair) one["pair"] = *row.text_pair;
    if (dataset.problem_type == data::ProblemType::kSingleLabel) {
      one["label"] = row.label;
    } else {
      one["targets"] = row.targets;
    }
    answer["rows"].push_back(std::move(one));
  }
  return answer;
}

json answer_to(const json& command) {
  try {
    const std::string what = command["do"].get<std::string>();
    if (what == "rows") return rows(command);
    if (what == "files") return files(command);
    return read(command);
  } catch (const trainer::Error& error) {
    return {{"error", error.what()}};
  }
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answer_to(json::parse(line)).dump() << '\n' << std::flush;
  }
  return 0;
}
