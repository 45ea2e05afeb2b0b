// make_model DIRECTORY: a tiny model for the examples.
#include "trainer/api/api_model.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  trainer::test::make_model(argv[1]);
}
