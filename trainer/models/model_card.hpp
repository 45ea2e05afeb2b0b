#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace trainer::models {

// One evaluation during training, a row of the card's table.
struct CardRow {
  double epoch = 0;
  std::int64_t step = 0;
  double train_loss = 0;
  double eval_loss = 0;
  double metric = 0;  // ModelCard::metric
};

// What a reader of a trained model's page wants to know.
struct ModelCard {
  std::string name;
  std::string metric = "accuracy";
  std::string base_model;
  bool adapter = false;  // a PEFT adapter instead of a whole model
  std::string dataset;
  std::vector<std::pair<std::string, std::string>> hyperparameters;
  std::vector<CardRow> results;
};

// README.md: front matter (base_model, tags, metrics) and sections as the hub shows them.
std::string render(const ModelCard& card);

}  // namespace trainer::models
