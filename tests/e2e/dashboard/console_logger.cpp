#include <cstdio>
#include <iostream>
#include <string>

#include <tracker/error.hpp>
#include <tracker/run.hpp>

// A program whose output is a run's log: says the run's id on stderr, then prints each line that it
// is given, until there is none left. For tests that look at a log while it grows.
int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: console_logger PROJECT NAME\n", stderr);
    return 2;
  }
  try {
    tracker::RunSettings settings;
    settings.project = argv[1];
    settings.name = argv[2];
    settings.system_interval = {};
    tracker::Run run = tracker::Run::start(settings);
    std::fprintf(stderr, "run %s\n", run.id().c_str());
    for (std::string line; std::getline(std::cin, line);) {
      std::puts(line.c_str());
      std::fflush(stdout);
    }
    return run.finish() ? 0 : 1;
  } catch (const tracker::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
