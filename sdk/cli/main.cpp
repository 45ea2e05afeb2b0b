#include "cli/program.hpp"

int main(int argc, char** argv) { return tracker::cli::run_program(argc, argv); }
