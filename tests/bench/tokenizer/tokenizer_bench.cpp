// `tokenizer_bench MODEL_DIRECTORY TEXTS.jsonl [ROUNDS]`: texts to ids, as one JSON object on
// standard output:
// {"bytes": of UTF-8, "tokens", "load_seconds", "load_bytes": memory that the loaded tokenizer
// takes, "peak_bytes": the most that it and the ids of all texts took, "runs": [{"max_length": 0
// (whole) or 512, "threads", "seconds", "tokens"}, …]}, the best of the rounds each. Reading the
// texts is not counted. tests/bench/tokenizer/compare.py runs it beside Hugging Face `tokenizers`
// and prints the ratios.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "config/error.hpp"
#include "data/tables/json_lines.hpp"
#include "data/tokens/token_arena.hpp"

namespace {

using nlohmann::json;
using trainer::text::Tokenizer;

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// A line of /proc/self/status ("VmRSS", "VmHWM") in bytes.
std::int64_t memory(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kilobytes = 0;
    if (word == key + ":" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

trainer::data::Dataset read_texts(const char* file) {
  trainer::data::Dataset dataset;
  trainer::data::JsonLines lines = trainer::data::JsonLines::open(file);
  while (const auto row = lines.next())
    dataset.rows.push_back({.text = row->text("text"), .text_pair = {}, .label = 0});
  return dataset;
}

json measure(const trainer::data::Dataset& dataset, const Tokenizer& tokenizer,
             std::size_t max_length, unsigned threads, int rounds) {
  constexpr std::size_t kNoCut = std::size_t{1} << 40U;
  double best = 1e30;
  std::size_t tokens = 0;
  for (int round = 0; round < rounds; ++round) {
    const Stopwatch watch;
    const trainer::data::TokenArena arena =
        trainer::data::tokenize(dataset, tokenizer, max_length == 0 ? kNoCut : max_length, threads);
    best = std::min(best, watch.seconds());
    tokens = arena.ids.size();
  }
  return {{"max_length", max_length}, {"threads", threads}, {"seconds", best}, {"tokens", tokens}};
}

double load_seconds(const char* model) {
  double best = 1e30;
  for (int round = 0; round < 3; ++round) {
    const Stopwatch watch;
    Tokenizer::load(model);
    best = std::min(best, watch.seconds());
  }
  return best;
}

int run(const char* model, const char* texts, int rounds) {
  const trainer::data::Dataset dataset = read_texts(texts);
  const std::int64_t before = memory("VmRSS");
  std::ofstream("/proc/self/clear_refs") << 5;  // the peak counts from here
  const Tokenizer tokenizer = Tokenizer::load(model);
  const std::int64_t loaded = memory("VmRSS");
  std::size_t bytes = 0;
  for (const auto& row : dataset.rows) bytes += row.text.size();
  json runs = json::array();
  for (const std::size_t max_length : {std::size_t{0}, std::size_t{512}}) {
    for (const unsigned threads : {1U, 2U})
      runs.push_back(measure(dataset, tokenizer, max_length, threads, rounds));
  }
  const json out = {{"bytes", bytes},
                    {"load_bytes", loaded - before},
                    {"peak_bytes", memory("VmHWM") - before},
                    {"load_seconds", load_seconds(model)},
                    {"runs", runs}};
  std::printf("%s\n", out.dump().c_str());
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
