#include "cli/program.hpp"
#include "nn/runtime.hpp"

int main(int argc, char** argv) {
  trainer::nn::wait_politely(argv);
  return trainer::cli::run(argc, argv);
}
