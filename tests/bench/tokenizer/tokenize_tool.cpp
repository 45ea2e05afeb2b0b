// `tokenize_tool DIR IN OUT [MAX_LENGTH]`: run_tokenize() alone, so that tokenizer parity can be
// checked without torch.
#include <cstdio>
#include <cstdlib>

#include "cli/tokenize.hpp"
#include "config/error.hpp"

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr,
                 "usage: tokenize_tool MODEL_DIRECTORY INPUT.jsonl OUTPUT.jsonl [MAX_LENGTH]\n");
    return 2;
  }
  trainer::cli::TokenizeOptions options{
      .model = argv[1], .input = argv[2], .output = argv[3], .max_length = {}};
  if (argc > 4) options.max_length = std::strtoull(argv[4], nullptr, 10);
  try {
    return trainer::cli::run_tokenize(options);
  } catch (const trainer::Error& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return error.code() == trainer::ErrorCode::kUsage ? 2 : 1;
  }
}
