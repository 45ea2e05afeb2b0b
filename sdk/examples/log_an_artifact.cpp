// Reads a data set that is stored as an artifact, and stores what comes out of it: the run is the
// link between the two (`tracker artifact lineage demo/mean`).
//   tracker artifact put demo/numbers numbers.txt --type dataset
#include <filesystem>
#include <fstream>
#include <iostream>

#include <tracker/error.hpp>
#include <tracker/run.hpp>

int main() try {
  // Into this user's cache; what is there already is only checked.
  const tracker::FetchedArtifact data = tracker::fetch_artifact("demo/numbers");

  tracker::RunSettings settings;
  settings.project = "demo";
  tracker::Run run = tracker::Run::start(settings);
  run.use_artifact(data.version);

  double sum = 0, number = 0;
  int count = 0;
  for (std::ifstream file(data.folder / "numbers.txt"); file >> number; ++count) sum += number;
  const double mean = count == 0 ? 0 : sum / count;

  std::filesystem::create_directories("mean");
  std::ofstream("mean/mean.txt") << mean << "\n";
  tracker::ArtifactSettings artifact;
  artifact.name = "mean";
  artifact.type = "model";
  artifact.path = "mean";
  artifact.metadata = {{"mean", mean}, {"count", count}};
  const tracker::ArtifactTicket ticket = run.log_artifact(artifact);
  run.finish();
  // Not needed: the relay goes on by itself. It is for programs that want to know.
  if (ticket.wait(std::chrono::seconds(30))) std::cout << "stored " << ticket.version() << "\n";
} catch (const tracker::Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
