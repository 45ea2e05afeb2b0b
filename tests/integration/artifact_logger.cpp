// A program that is tracked and logs an artifact: PROJECT NAME PATH [USED]. Says its run's id when
// all was handed over, and waits for the end of its input.
#include <cstdio>
#include <iostream>
#include <string>

#include <tracker/run.hpp>

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  tracker::RunSettings settings;
  settings.project = argv[1];
  settings.capture_console = settings.capture_git = false;
  tracker::Run run = tracker::Run::start(settings);
  run.log({{"loss", 0.5}});
  if (argc > 4) run.use_artifact(argv[4]);
  tracker::ArtifactSettings artifact;
  artifact.name = argv[2];
  artifact.type = "model";
  artifact.path = argv[3];
  artifact.aliases = {"best"};
  if (const auto ticket = run.log_artifact(artifact); !ticket.error().empty()) return 1;
  std::printf("%s\n", run.id().c_str());
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) {
  }
  run.finish();
}
