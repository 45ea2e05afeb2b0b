#include "models/model_card.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "config/dump.hpp"

namespace trainer::models {
namespace {

// A JSON string is a YAML string, whatever a name or path holds.
std::string quoted(const std::string& text) { return config::dump_text(nlohmann::json(text)); }

const char* use_of(const ModelCard& card) {
  if (!card.adapter)
    return "from transformers import pipeline\n"
           "print(pipeline(\"text-classification\", model=\".\")(\"A text to judge\"))\n";
  return "from peft import PeftConfig, PeftModel\n"
         "from transformers import AutoConfig, AutoModelForSequenceClassification\n"
         "base = AutoModelForSequenceClassification.from_pretrained(\n"
         "    PeftConfig.from_pretrained(\".\").base_model_name_or_path, "
         "config=AutoConfig.from_pretrained(\".\"))\n"
         "model = PeftModel.from_pretrained(base, \".\")\n";
}

}  // namespace

std::string render(const ModelCard& card) {
  std::string out = fmt::format(
      "---\nbase_model: {}\nlibrary_name: {}\npipeline_tag: text-classification\ntags:\n"
      "- generated_from_trainer\nmetrics:\n- {}\n---\n\n# {}\n\n"
      "A sequence classifier: {} fine-tuned on {}.\n",
      quoted(card.base_model), card.adapter ? "peft" : "transformers", card.metric, card.name,
      card.base_model, card.dataset);
  if (!card.results.empty()) {
    const CardRow& last = card.results.back();
    out += fmt::format("\nOn the evaluation rows: loss {:.4f}, {} {:.4f}.\n", last.eval_loss,
                       card.metric, last.metric);
  }
  out +=
      fmt::format("\n## Use\n\n```python\n{}```\n\n## Training hyperparameters\n\n", use_of(card));
  for (const auto& [name, value] : card.hyperparameters)
    out += fmt::format("- {}: {}\n", name, value);
  if (!card.results.empty()) {
    out += fmt::format(
        "\n## Training results\n\n| Training Loss | Epoch | Step | Validation Loss | {} |\n"
        "|---|---|---|---|---|\n",
        card.metric);
    for (const CardRow& row : card.results) {
      out += fmt::format("| {:.4f} | {:.2f} | {} | {:.4f} | {:.4f} |\n", row.train_loss, row.epoch,
                         row.step, row.eval_loss, row.metric);
    }
  }
  return out;
}

}  // namespace trainer::models
