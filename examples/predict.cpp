// Classifies the lines of standard input.
//
//   predict MODEL < texts
//
// MODEL is a hub id, a model's directory, or a PEFT adapter's.
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "api/text_classifier.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: predict MODEL < texts\n");
    return 2;
  }
  try {
    const auto classifier = trainer::TextClassifier::load(argv[1], {.dtype = "auto"});
    std::vector<std::string> texts;
    for (std::string line; std::getline(std::cin, line);) texts.push_back(line);
    const std::vector<trainer::Prediction> said = classifier.predict(texts);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      for (std::size_t k = 0; k < said[i].logits.size(); ++k) {
        const double value =
            said[i].probabilities.empty() ? said[i].logits[k] : said[i].probabilities[k];
        std::printf("%s %.4f  ", classifier.labels()[k].c_str(), value);
      }
      std::printf("%s\n", texts[i].c_str());
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
