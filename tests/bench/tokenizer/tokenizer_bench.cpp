// `tokenizer_bench MODEL_DIRECTORY TEXTS.jsonl [ROUNDS]`: texts to ids, in MB/s of UTF-8, as one
// JSON object on standard output:
// {"bytes":…, "tokens":…, "seconds":{"1":…, "2":…}}, the best of the rounds. Reading and loading
// are not counted. tests/bench/tokenizer/compare.py runs it beside Hugging Face `tokenizers` and
// prints the ratios.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "config/error.hpp"
#include "data/token_arena.hpp"

namespace {

struct Timing {
  double seconds = 1e30;
  std::size_t tokens = 0;
};

Timing measure(const trainer::data::Dataset& dataset, const trainer::text::Tokenizer& tokenizer,
               unsigned threads, int rounds) {
  constexpr std::size_t kNoCut = std::size_t{1} << 40U;
  Timing best;
  for (int round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    const trainer::data::TokenArena arena =
        trainer::data::tokenize(dataset, tokenizer, kNoCut, threads);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    best.seconds = std::min(best.seconds, took.count());
    best.tokens = arena.ids.size();
  }
  return best;
}

int run(const char* model, const char* texts, int rounds) {
  trainer::data::DatasetOptions options;
  options.source = texts;
  const trainer::data::Dataset dataset =
      trainer::data::read_dataset(options, trainer::data::Split::kTrain, {});
  const trainer::text::Tokenizer tokenizer = trainer::text::Tokenizer::load(model);
  std::size_t bytes = 0;
  for (const auto& row : dataset.rows) bytes += row.text.size();
  const Timing one = measure(dataset, tokenizer, 1, rounds);
  const Timing two = measure(dataset, tokenizer, 2, rounds);
  std::printf("{\"bytes\":%zu,\"tokens\":%zu,\"seconds\":{\"1\":%.6f,\"2\":%.6f}}\n", bytes,
              one.tokens, one.seconds, two.seconds);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: tokenizer_bench MODEL_DIRECTORY TEXTS.jsonl [ROUNDS]\n");
    return 2;
  }
  try {
    return run(argv[1], argv[2], argc > 3 ? std::atoi(argv[3]) : 5);
  } catch (const trainer::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 1;
  }
}
