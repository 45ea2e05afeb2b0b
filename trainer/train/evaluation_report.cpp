#include "train/evaluation_report.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "config/dump.hpp"
#include "config/utf8.hpp"
#include "models/stored_file.hpp"
#include "train/row_json.hpp"

namespace trainer::train {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t kTextBytes = 300;

// The first bytes of a text, whole characters of UTF-8.
std::string cut(const std::string& text) {
  if (text.size() <= kTextBytes) return text;
  return std::string(config::whole_characters(text, kTextBytes)) + "…";
}

std::string name_of(const EvaluationNames& names, std::int64_t which) {
  const auto i = static_cast<std::size_t>(which);
  return i < names.classes.size() ? names.classes[i] : std::to_string(which);
}

Json quality_json(const std::string& name, const Confusion& confusion, std::int64_t which) {
  const Quality quality = quality_of(confusion, which);
  return {{"class", name},
          {"precision", quality.precision},
          {"recall", quality.recall},
          {"f1", quality.f1},
          {"support", confusion.of_label(which)}};
}

// Each output by its name. Appended, for a look-up in an order-keeping object walks through it.
Json by_name(const std::vector<float>& values, const EvaluationNames& names) {
  Json json = Json::object();
  auto& members = json.get_ref<Json::object_t&>();
  for (std::size_t k = 0; k < values.size(); ++k) {
    const std::string name = name_of(names, static_cast<std::int64_t>(k));
    const Row row{.step = 0, .values = {{name, static_cast<double>(values[k])}}};
    members.emplace_back(name, to_json(row)[name]);
  }
  return json;
}

}  // namespace

Json report_json(const Evaluation& evaluation, const EvaluationNames& names) {
  Row numbers{.step = evaluation.step, .values = {{"loss", evaluation.loss}}};
  numbers.values.insert(numbers.values.end(), evaluation.metrics.begin(), evaluation.metrics.end());
  Json json = to_json(numbers);
  json["classes"] = names.classes;
  Json matrix = Json::array(), per_class = Json::array();
  const Confusion& c = evaluation.confusion;
  const std::span<const std::int64_t> cells = c.matrix();
  const auto width = static_cast<std::size_t>(c.classes());
  for (std::size_t at = 0; at < cells.size(); at += width) {
    const auto row = cells.subspan(at, width);
    matrix.push_back(Json::array_t(row.begin(), row.end()));
  }
  for (std::int64_t label = 0; label < c.classes(); ++label)
    per_class.push_back(quality_json(name_of(names, label), c, label));
  for (std::size_t k = 0; k < evaluation.label_confusions.size(); ++k) {
    per_class.push_back(quality_json(name_of(names, static_cast<std::int64_t>(k)),
                                     evaluation.label_confusions[k], 1));
  }
  if (!matrix.empty()) json["confusion_matrix"] = std::move(matrix);
  if (!per_class.empty()) json["per_class"] = std::move(per_class);
  return json;
}

Json error_json(const WorstRow& row, const EvaluationNames& names) {
  Json json =
      to_json(Row{.step = 0, .values = {{"probability", row.probability}, {"loss", row.loss}}});
  Json out = {{"row", row.row},
              {"label", name_of(names, row.label)},
              {"predicted", name_of(names, row.predicted)},
              {"probability", json["probability"]},
              {"loss", json["loss"]}};
  if (!row.targets.empty()) {
    out = {{"row", row.row},
           {"targets", by_name(row.targets, names)},
           {"predicted", by_name(row.outputs, names)},
           {"loss", json["loss"]}};
  }
  if (!names.rows || static_cast<std::size_t>(row.row) >= names.rows->rows.size()) return out;
  const data::Example& example = names.rows->rows[static_cast<std::size_t>(row.row)];
  out["text"] = cut(example.text);
  if (example.text_pair) out["text_pair"] = cut(*example.text_pair);
  return out;
}

EvaluationReport::EvaluationReport(std::filesystem::path directory, EvaluationNames names, Say say)
    : directory_(std::move(directory)), names_(names), say_(std::move(say)) {}

void EvaluationReport::evaluated(const Evaluation& evaluation) {
  std::string errors;
  for (const WorstRow& row : evaluation.worst)
    errors += config::dump_text(error_json(row, names_)) + "\n";
  try {
    models::write_file(directory_ / "eval_report.json",
                       config::dump_text(report_json(evaluation, names_), 1) + "\n");
    if (!errors.empty()) models::write_file(directory_ / "eval_errors.jsonl", errors);
    failing_ = false;
  } catch (const std::exception& error) {
    if (!std::exchange(failing_, true)) say_(fmt::format("{}; training goes on", error.what()));
  }
}

}  // namespace trainer::train
